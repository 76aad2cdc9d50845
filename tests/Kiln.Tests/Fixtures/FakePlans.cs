using Kiln.Contracts.Plans;
using Kiln.Server.Planning;
using Kiln.Server.Runs;

namespace Kiln.Tests.Fixtures;

/// <summary>Plans as a planner would make them, for tests of what comes after it.</summary>
public static class FakePlans
{
    public static RunPlan Script(string project = "demo", string build = "hello") => new()
    {
        ProjectKey = project,
        BuildName = build,
        Revision = 3,
        ServiceName = "svc",
        ServiceModule = "mod",
        Infrastructure = "vm",
        TimeoutMinutes = 60,
        HostLabels = [],
        Variables = [new PlannedVariable("GREETING", "你好"), new PlannedVariable("TOKEN", "", "param/TOKEN")],
        Repos = [],
        Steps = [new PlannedStep.Script("shell", "echo hi\n")],
        Outputs = ["IMAGE", "PKG_FILE"],
        Notices = [],
    };

    public static RunPlan Checkout(string url, string reference = "refs/heads/main", GitCredential? credential = null) =>
        Script() with
        {
            Repos =
            [
                new PlannedRepo
                {
                    Index = 0,
                    CodeHost = "gitlab",
                    Source = "gitlab",
                    Namespace = "org",
                    Name = "repo",
                    Url = url,
                    RemoteName = "origin",
                    Directory = "repo",
                    Branch = "main",
                    Tag = "",
                    PullRequests = [],
                    Base = new PlannedRef(reference, null, "main"),
                    Merges = [],
                    Submodules = false,
                    Credential = credential,
                    VerifyTls = true,
                    CommitVariable = "repo_COMMIT_ID",
                },
            ],
            Steps = [new PlannedStep.Checkout(), new PlannedStep.Script("shell", "make\n")],
        };

    /// <summary>Stores a run of a plan; its number.</summary>
    public static async Task<long> RunAsync(
        this KilnApp app, RunPlan plan, int priority = 0, params (string Reference, string Secret)[] secrets)
    {
        var vault = app.Get<Kiln.Server.Identity.SecretVault>();
        var store = app.Get<RunStore>();
        var run = new NewRun(
            await store.AllocateIdAsync(default),
            plan,
            secrets.ToDictionary(secret => secret.Reference, secret => vault.Seal(secret.Secret)),
            [],
            priority,
            "tester");
        return Assert.IsType<RunCreation.Created>(await store.CreateAsync(run, idempotency: null, default)).RunId;
    }
}
