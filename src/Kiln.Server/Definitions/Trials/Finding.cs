namespace Kiln.Server.Definitions.Trials;

/// <summary>What a trial found.</summary>
/// <param name="Problem">One of the words here; empty = it works.</param>
/// <param name="Message">One sentence.</param>
internal sealed record Finding(string Problem, string Message)
{
    public const string Dns = "dns";
    public const string Refused = "refused";
    public const string Timeout = "timeout";
    public const string Tls = "tls";
    public const string Auth = "auth";
    public const string NotFound = "not_found";
    public const string Protocol = "protocol";

    public static Finding Works(string message) => new("", message);
}
