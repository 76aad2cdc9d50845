namespace Kiln.Server.Runs;

/// <summary>Which runs of a list; an empty string or <c>null</c> = all.</summary>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 or more.</param>
public sealed record RunQuery(
    int Page,
    int PageSize,
    string ProjectKey = "",
    string BuildName = "",
    string ServiceName = "",
    string Status = "")
{
    /// <summary>Only runs of these projects; <c>null</c> = of all.</summary>
    public IReadOnlyCollection<string>? Projects { get; init; }
}

/// <summary>A page of runs, newest first.</summary>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Runs">Those of this page, each with its last attempt.</param>
public sealed record RunPage(long Total, IReadOnlyList<RunRecord> Runs)
{
    /// <summary>Lists that have grown so much since they were counted that it is worth counting them again.</summary>
    internal IReadOnlyList<RunFilter> Grown { get; init; } = [];
}
