using System.Security.Cryptography.X509Certificates;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>How to speak to a cluster's API server.</summary>
public sealed record ClusterConnection
{
    public required Uri Server { get; init; }

    /// <summary>Authorities that may vouch for the server; empty = the system's.</summary>
    public required IReadOnlyList<X509Certificate2> Authorities { get; init; }

    public required bool VerifiesTls { get; init; }

    /// <summary>Name in the server's certificate when it is another than the address's; may be empty.</summary>
    public required string TlsName { get; init; }

    public required X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Bearer token now; a file is read again each time, since such tokens expire. Empty = none.</summary>
    public required Func<string> Token { get; init; }

    /// <summary>Namespace that the connection names; empty = none.</summary>
    public required string Namespace { get; init; }
}

/// <summary>Whether a cluster can be spoken to. A closed family.</summary>
public abstract record Connecting
{
    private Connecting() { }

    public sealed record Ready(ClusterConnection Connection) : Connecting;

    /// <summary>It cannot, and a person has to do something about it.</summary>
    /// <param name="Message">What, in one sentence.</param>
    public sealed record Unusable(string Message) : Connecting;
}
