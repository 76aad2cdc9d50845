namespace Kiln.Contracts.Runs;

/// <summary>What a run of a build would do, without running it. Without a plan, only what stands against it is filled in.</summary>
public sealed record RunExplanation
{
    public required string ProjectKey { get; init; }
    public required string BuildName { get; init; }

    /// <summary>Revision of the build.</summary>
    public required int Revision { get; init; }

    /// <summary>True when nothing stands against it. It may still wait for a host, see <see cref="Place"/>.</summary>
    public required bool CanRun { get; init; }

    /// <summary>What is missing or wrong, a sentence each.</summary>
    public required IReadOnlyList<ExplainedProblem> Missing { get; init; }

    public string ServiceName { get => field ?? ""; init; } = "";
    public string ServiceModule { get => field ?? ""; init; } = "";

    /// <summary>Revision of the build template that the recipe comes from; 0 = the build's own.</summary>
    public int TemplateRevision { get; init; }

    /// <summary>Minutes.</summary>
    public int TimeoutMinutes { get; init; }

    /// <summary>Minutes for which the host keeps the workspace if the run fails; 0 = not at all.</summary>
    public int KeepWorkspaceMinutes { get; init; }

    public IReadOnlyList<ExplainedRepo> Repos { get => field ?? []; init; } = [];

    /// <summary>Steps in the order they would run.</summary>
    public IReadOnlyList<ExplainedStep> Steps { get => field ?? []; init; } = [];

    /// <summary>Variables of the script, secrets masked; what only the place knows is left out. The run's number is 0 in them.</summary>
    public IReadOnlyList<RunOutput> Variables { get => field ?? []; init; } = [];

    /// <summary>Declared outputs.</summary>
    public IReadOnlyList<string> Outputs { get => field ?? []; init; } = [];

    /// <summary>Where it would run.</summary>
    public ExplainedPlace? Place { get; init; }

    /// <summary>Sentences for the head of the run's log.</summary>
    public IReadOnlyList<string> Notices { get => field ?? []; init; } = [];
}

/// <summary>Something that stands against a run.</summary>
/// <param name="Field">Where in definition or request; may be empty.</param>
/// <param name="Message">A sentence.</param>
public sealed record ExplainedProblem(string Field, string Message);

/// <summary>A repository that would be checked out.</summary>
/// <param name="CodehostName">Code host.</param>
/// <param name="Url">Without credentials.</param>
/// <param name="Directory">Below the workspace.</param>
/// <param name="Ref">What is fetched.</param>
/// <param name="CommitId">The commit that it is now; empty when it was not found.</param>
/// <param name="Merges">What is merged into it, in order.</param>
public sealed record ExplainedRepo(
    string CodehostName, string Url, string Directory, string Ref, string CommitId, IReadOnlyList<ExplainedRef> Merges);

/// <summary>A ref and the commit that it is now.</summary>
public sealed record ExplainedRef(string Ref, string CommitId);

/// <summary>A step.</summary>
/// <param name="Name">As a run's step is called.</param>
/// <param name="Does">What it would do, a line each.</param>
public sealed record ExplainedStep(string Name, IReadOnlyList<string> Does);

/// <summary>Where a run would go.</summary>
/// <param name="Status"><c>ready</c>: a place takes it now or once it is free; <c>waits</c>: none would.</param>
/// <param name="Message">Where, or why it would wait, as a sentence.</param>
/// <param name="Needs">What it needs of a host.</param>
/// <param name="Hosts">Every host, and what it lacks.</param>
public sealed record ExplainedPlace(
    string Status, string Message, IReadOnlyList<string> Needs, IReadOnlyList<ExplainedHost> Hosts);

/// <summary>A host, as the run would see it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Status"><c>fits</c>, <c>lacks</c>, <c>draining</c> or <c>unreachable</c>.</param>
/// <param name="Missing">What it lacks.</param>
public sealed record ExplainedHost(string Name, string Status, IReadOnlyList<string> Missing);
