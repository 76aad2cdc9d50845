using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Packages;

/// <summary>Packages in the API.</summary>
internal sealed class PackageKind(PackageStore store) : CatalogueKind<Package>(store)
{
    public override CatalogueAddress Address { get; } =
        new("package", "/openapi/system/packages", "packages") { Key = CatalogueKey.NameAndVersion };

    public override ValueTask<DefinitionReader<Package>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    private static Draft<Package> Read(BodyObject body, Package? current)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        var version = NameRules.Read(body, "version", current?.Version);
        var enabled = body.Flag("enabled", fallback: true);
        return new(PackageStore.NameOf(name, version), new Package
        {
            Name = name,
            Version = version,
            Scripts = body.Text("scripts", Presence.Optional),
            Env = Environment(body),
            BinPath = body.Text("bin_path", Presence.Optional),
            DownloadPath = DownloadPath(body),
            Sha256 = Sha256(body, enabled),
            Enabled = enabled,
        });
    }

    private static IReadOnlyList<string> Environment(BodyObject body)
    {
        var env = body.Texts("env", Presence.Optional);
        for (var i = 0; i < env.Count; i++)
        {
            if (!IsAssignment(env[i]))
            {
                body.Refuse($"env[{i}]", "Must look like NAME=value.");
            }
        }
        return env;
    }

    private static string DownloadPath(BodyObject body)
    {
        var text = body.Text("download_path", Presence.Optional).Trim();
        if (text.Length > 0 && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            body.Refuse("download_path", "Must be an http or https URL.");
        }
        return text;
    }

    // What builds cannot ask for yet may wait for its hash, which a verification finds.
    private static string Sha256(BodyObject body, bool isEnabled)
    {
        var downloads = isEnabled && body.Has("download_path") && body.Text("download_path", Presence.Optional).Length > 0;
        var text = body.Text("sha256", downloads ? Presence.Filled : Presence.Optional).Trim().ToLowerInvariant();
        if (text.Length > 0 && !(text.Length == 64 && text.All(char.IsAsciiHexDigit)))
        {
            body.Refuse("sha256", "Must be the SHA-256 of the downloaded file: 64 hexadecimal digits.");
        }
        return text;
    }

    private static bool IsAssignment(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var end and > 0 && !char.IsAsciiDigit(text[0])
        && text.AsSpan(0, end).ToString().All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
