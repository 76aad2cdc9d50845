using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Runner;

/// <summary>Specs for runner tests.</summary>
internal static class RunSpecs
{
    public static RunSpec Of(params PlannedStep[] steps) => new()
    {
        RunId = 7,
        Attempt = 1,
        GraceSeconds = 1,
        Secrets = new Dictionary<string, string>(),
        Plan = new RunPlan
        {
            ProjectKey = "demo",
            BuildName = "hello",
            Revision = 1,
            ServiceName = "",
            ServiceModule = "",
            Infrastructure = "vm",
            TimeoutMinutes = 10,
            HostLabels = [],
            Variables = [],
            Repos = [],
            Steps = steps,
            Outputs = [],
            Notices = [],
        },
    };

    public static PlannedStep Shell(string body) => new PlannedStep.Script("shell", body);

    public static RunSpec With(this RunSpec spec, Func<RunPlan, RunPlan> change) => spec with { Plan = change(spec.Plan) };

    public static PlannedRepo Repo(TestRepo repo, PlannedRef wanted, int index = 0) => new()
    {
        Index = index,
        CodeHost = "local",
        Source = "other",
        Namespace = "team",
        Name = repo.Name,
        Url = repo.Url,
        RemoteName = "origin",
        Directory = repo.Name,
        Branch = wanted.Label,
        Tag = "",
        PullRequests = [],
        Base = wanted,
        Merges = [],
        Submodules = false,
        Credential = null,
        VerifyTls = true,
        CommitVariable = $"{repo.Name}_COMMIT_ID",
    };
}
