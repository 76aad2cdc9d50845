namespace Kiln.Contracts.Runs;

/// <summary>Body of <c>POST /openapi/runs/{id}/retry</c>; everything is optional, and so is the body.</summary>
public sealed record RetryRequest
{
    /// <summary>One of <see cref="RetryFrom"/>.</summary>
    public string From { get => field ?? RetryFrom.Beginning; init; } = RetryFrom.Beginning;
}

/// <summary>Where another attempt of a run begins.</summary>
public static class RetryFrom
{
    /// <summary>With the first step, on any host that fits.</summary>
    public const string Beginning = "beginning";

    /// <summary>With the step that failed, in the workspace that the host of the last attempt has kept.</summary>
    public const string FailedStep = "failed_step";
}
