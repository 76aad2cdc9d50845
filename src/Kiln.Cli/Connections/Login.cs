using System.Text.Json.Serialization;

namespace Kiln.Cli.Connections;

/// <summary>A server that somebody logged in to.</summary>
/// <param name="Server">Its address.</param>
/// <param name="Token">The token.</param>
/// <param name="Project">Project of commands that name none; empty = none.</param>
internal sealed record Login(string Server, string Token, string Project = "");

/// <summary>Everything that <c>kiln login</c> keeps.</summary>
/// <param name="Current">Context that is used when none is named; empty = none.</param>
/// <param name="Contexts">Logins by the name of their context.</param>
internal sealed record Logins(string Current, IReadOnlyDictionary<string, Login> Contexts)
{
    public static Logins None { get; } = new("", new Dictionary<string, Login>());
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Logins))]
internal sealed partial class LoginJson : JsonSerializerContext;
