namespace Kiln.Cli.Connections;

/// <summary>What a command line says about the server; <c>null</c> = nothing.</summary>
internal sealed record ServerWords(string? Server, string? Token, string? Context);

/// <summary>Which server a command talks to. A closed family.</summary>
internal abstract record ServerChoice
{
    private ServerChoice() { }

    /// <summary>This one.</summary>
    /// <param name="Server">Its address, with a slash at the end.</param>
    /// <param name="Token">The token; empty = none, and the server's answer says what to do.</param>
    /// <param name="Project">Project of commands that name none; empty = none.</param>
    /// <param name="Origin">What chose it, for people.</param>
    public sealed record Chosen(Uri Server, string Token, string Project, string Origin) : ServerChoice;

    /// <summary>None, for what is said makes no sense.</summary>
    public sealed record Wrong(string Sentence) : ServerChoice;

    /// <summary>Decides: option, environment, login, data directory of a local server.</summary>
    /// <param name="said">The command line.</param>
    /// <param name="environment">Variables; <c>null</c> or empty = not set.</param>
    /// <param name="logins">What <c>kiln login</c> kept.</param>
    /// <param name="local">The data directory.</param>
    public static ServerChoice Of(ServerWords said, Func<string, string?> environment, Logins logins, LocalServer local)
    {
        if (said is { Server: not null, Context: not null })
        {
            return new Wrong("--server and --context both name a server; give one of them.");
        }
        if (said.Server is null && (said.Context ?? (Set("KILN_SERVER") is null ? Set("KILN_CONTEXT") : null)) is { } context)
        {
            return logins.Contexts.TryGetValue(context, out var login)
                ? Address(login.Server, said.Token ?? login.Token, login.Project, $"context {context}")
                : new Wrong(logins.Contexts.Count == 0
                    ? $"There is no context \"{context}\", and no other; kiln login URL --context {context} makes it."
                    : $"There is no context \"{context}\". There are: "
                        + $"{string.Join(", ", logins.Contexts.Keys.Order(StringComparer.Ordinal))}.");
        }
        if ((said.Server ?? Set("KILN_SERVER")) is { } server)
        {
            var known = logins.Contexts.Values.FirstOrDefault(login => SameServer(login.Server, server));
            var token = said.Token ?? TokenSet() ?? known?.Token ?? (IsLocal(server, local) ? local.Token : "");
            return Address(server, token, known?.Project ?? "", said.Server is null ? "KILN_SERVER" : "--server");
        }
        if (logins.Contexts.TryGetValue(logins.Current, out var current))
        {
            return Address(current.Server, said.Token ?? Set("KILN_TOKEN") ?? current.Token, current.Project, $"context {logins.Current}");
        }
        return Address(
            local.Address ?? Set("KILN_LISTEN") ?? "127.0.0.1:7070",
            said.Token ?? TokenSet() ?? local.Token,
            project: "",
            local.Address is null ? "the default" : $"the data directory {local.DataDirectory}");

        string? Set(string name) => environment(name) is { Length: > 0 } value ? value : null;
        string? TokenSet() => Set("KILN_TOKEN") ?? Set("KILN_ADMIN_TOKEN");
    }

    /// <summary>An address as people write it, or <c>null</c>.</summary>
    public static Uri? Parse(string text)
    {
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate($"{url.TrimEnd('/')}/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0 ? address : null;
    }

    private static ServerChoice Address(string server, string token, string project, string origin) => Parse(server) is { } address
        ? new Chosen(address, token, project, origin)
        : new Wrong($"\"{server}\" ({origin}) is not an address of a server; it looks like http://kiln.example.com:7070.");

    private static bool SameServer(string one, string other) => Parse(one) is { } left && left == Parse(other);

    // A server's first token goes to that server, not to whatever an option names.
    private static bool IsLocal(string server, LocalServer local) =>
        Parse(server) is { } address && (address.IsLoopback || (local.Address is { } own && SameServer(own, server)));
}
