using Kiln.Contracts.Builds;

namespace Kiln.Contracts.Plans;

/// <summary>
/// What will happen in a run, decided once: definition, template, catalogue and inputs brought together by a pure
/// function. Immutable, stored with the run, shown by API; holds no secret, only references to them
/// (<see cref="PlannedVariable.SecretRef"/>, <see cref="GitCredential.SecretRef"/>).
/// </summary>
public sealed record RunPlan
{
    public required string ProjectKey { get; init; }
    public required string BuildName { get; init; }

    /// <summary>Revision of the build definition the plan was made from.</summary>
    public required int Revision { get; init; }

    /// <summary>Build template that the recipe comes from; empty = the build's own.</summary>
    public string TemplateName { get => field ?? ""; init; } = "";

    /// <summary>Revision of the build template that the recipe comes from; 0 = the build's own.</summary>
    public int TemplateRevision { get; init; }

    /// <summary>Empty when the run is for no service.</summary>
    public required string ServiceName { get; init; }

    /// <summary>Empty when the run is for no service.</summary>
    public required string ServiceModule { get; init; }

    /// <summary><c>vm</c> or <c>kubernetes</c>.</summary>
    public required string Infrastructure { get; init; }

    /// <summary>Minutes from the start of the first phase, 1 or more.</summary>
    public required int TimeoutMinutes { get; init; }

    /// <summary>Labels a host must all have; empty = any host.</summary>
    public required IReadOnlyList<string> HostLabels { get; init; }

    /// <summary>The pod of a run on Kubernetes; <c>null</c> on a host.</summary>
    public PlannedPod? Pod { get; init; }

    /// <summary>Environment of the script in order (a later one of the same name wins), without what only the place
    /// can know (<c>HOME</c>, <c>PATH</c>, <c>WORKSPACE</c>) and without <c>&lt;R&gt;_COMMIT_ID</c> (see
    /// <see cref="PlannedRepo.CommitVariable"/>).</summary>
    public required IReadOnlyList<PlannedVariable> Variables { get; init; }

    /// <summary>Repositories in the definition's order.</summary>
    public required IReadOnlyList<PlannedRepo> Repos { get; init; }

    /// <summary>Steps in the order they run.</summary>
    public required IReadOnlyList<PlannedStep> Steps { get; init; }

    /// <summary>Declared outputs, <c>IMAGE</c> and <c>PKG_FILE</c> first.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>How the run shares the queue.</summary>
    public RunPolicy Policy { get; init; } = new();

    /// <summary>Runs of its project at once; 0 = as many as find a place.</summary>
    public int ProjectMaxRunning { get; init; }

    /// <summary>Sentences for the head of the run's log (settings that mean nothing here, secrets too short to mask).</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>W3C trace context (<c>traceparent</c>) of the call that started the run, which its runner sends along with what
    /// it uploads; empty = none.</summary>
    public string TraceParent { get => field ?? ""; init; } = "";
}

/// <summary>An environment variable of a run.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value; empty when <paramref name="SecretRef"/> is set.</param>
/// <param name="SecretRef">Key into <see cref="Runs.RunSpec.Secrets"/>; such a variable is masked everywhere.</param>
/// <param name="IsFile">True: the value is the content of a file, and the variable gets the file's path.</param>
public sealed record PlannedVariable(string Name, string Value, string? SecretRef = null, bool IsFile = false);

/// <summary>A repository to check out.</summary>
public sealed record PlannedRepo
{
    /// <summary>Position in the definition, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Name of the code host.</summary>
    public required string CodeHost { get; init; }

    /// <summary><c>github</c>, <c>gitlab</c>, <c>gitee</c>, <c>gitee-enterprise</c>, <c>gerrit</c>, <c>codehub</c>, <c>other</c>.</summary>
    public required string Source { get; init; }

    public required string Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>Where to fetch from, without credentials: http(s), ssh or file.</summary>
    public required string Url { get; init; }

    public required string RemoteName { get; init; }

    /// <summary>Directory below the workspace, relative, confined.</summary>
    public required string Directory { get; init; }

    /// <summary>Branch as asked for; empty when a tag or only a commit was.</summary>
    public required string Branch { get; init; }

    /// <summary>Tag as asked for, or empty.</summary>
    public required string Tag { get; init; }

    /// <summary>Pull or merge requests to merge, in order.</summary>
    public required IReadOnlyList<int> PullRequests { get; init; }

    /// <summary>The base: what is fetched first.</summary>
    public required PlannedRef Base { get; init; }

    /// <summary>What is merged into the base, in order (pull requests beside a branch, <c>merge_branches</c>).</summary>
    public required IReadOnlyList<PlannedRef> Merges { get; init; }

    public required bool Submodules { get; init; }

    /// <summary>How to authenticate; <c>null</c> = anonymous.</summary>
    public required GitCredential? Credential { get; init; }

    /// <summary>Verify TLS; false only when the code host says so.</summary>
    public required bool VerifyTls { get; init; }

    /// <summary>Certificates in PEM to trust beside the machine's own; empty = none.</summary>
    public string TlsCa { get => field ?? ""; init; } = "";

    /// <summary>URL of the proxy for this repository, which wins over the machine's; empty = the machine's.</summary>
    public string Proxy { get => field ?? ""; init; } = "";

    /// <summary>Name of the variable that gets the resolved commit, <c>&lt;R&gt;_COMMIT_ID</c>.</summary>
    public required string CommitVariable { get; init; }
}

/// <summary>A git ref and, once resolved, the commit that is built.</summary>
/// <param name="Ref">Full ref (<c>refs/heads/main</c>, <c>refs/merge-requests/3/head</c>) or a commit id (then <paramref name="Commit"/> equals it);
/// until resolved it may end in <c>/*</c>, which means the one with the highest number (the last patch set of a Gerrit change).</param>
/// <param name="Commit">40 or 64 hexadecimal digits; <c>null</c> until resolved.</param>
/// <param name="Label">Short name for people, for example <c>main</c> or <c>pr3</c>.</param>
public sealed record PlannedRef(string Ref, string? Commit, string Label);

/// <summary>How git authenticates.</summary>
/// <param name="Kind"><c>basic</c> (user name and password or token) or <c>ssh_key</c>.</param>
/// <param name="Username">User name for <c>basic</c>.</param>
/// <param name="SecretRef">Key into <see cref="Runs.RunSpec.Secrets"/>: the password, or the private key in PEM.</param>
/// <param name="KnownHosts">Pinned host keys in known_hosts format for <c>ssh_key</c>; empty = the host's own known_hosts.</param>
public sealed record GitCredential(string Kind, string Username, string SecretRef, string KnownHosts = "");
