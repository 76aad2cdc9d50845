using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Planning;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Planning;

public sealed class RepoPlanningTests
{
    private static readonly string Commit = new('a', 40);

    [Fact]
    public void A_tag_wins_over_a_commit_and_a_commit_over_the_branch()
    {
        var repo = SampleBuilds.Repo with { EnableCommit = true, CommitId = Commit };

        Assert.Equal(new PlannedRef(Commit, Commit, "aaaaaaaa"), Plan(repo).Base);
        Assert.Equal("refs/tags/v1", Plan(repo with { Tag = "v1" }).Base.Ref);
        Assert.Equal("", Plan(repo with { Tag = "v1" }).Branch);
        Assert.Equal("refs/heads/main", Plan(repo with { EnableCommit = false }).Base.Ref);
    }

    [Theory]
    [InlineData("gitlab", "refs/merge-requests/3/head")]
    [InlineData("github-demo", "refs/pull/3/head")]
    public void Pull_requests_are_merged_into_the_base_by_the_code_hosts_refs(string host, string reference)
    {
        var repo = Plan(SampleBuilds.Repo with { CodehostName = host, Prs = [3, 5] });

        Assert.Equal([3, 5], repo.PullRequests);
        Assert.Equal(new PlannedRef(reference, null, "pr3"), repo.Merges[0]);
        Assert.Equal("refs/heads/main", repo.Base.Ref);
    }

    [Fact]
    public void Merge_branches_win_over_pull_requests()
    {
        var repo = Plan(SampleBuilds.Repo with { Prs = [3], MergeBranches = ["fix/a"] });
        Assert.Equal([new PlannedRef("refs/heads/fix/a", null, "fix/a")], repo.Merges);
    }

    [Fact]
    public void An_override_that_names_a_ref_replaces_the_whole_choice_of_the_definition()
    {
        var repo = SampleBuilds.Repo with { Tag = "v1", Prs = [3] };

        var planned = Plan(repo, new RepoOverride
        {
            CodehostName = repo.CodehostName, RepoNamespace = repo.RepoNamespace, RepoName = repo.RepoName, Branch = "dev",
        });

        Assert.Equal("refs/heads/dev", planned.Base.Ref);
        Assert.Empty(planned.PullRequests);
    }

    [Fact]
    public void An_overriding_commit_is_the_commit_that_is_built()
    {
        var repo = SampleBuilds.Repo;
        var planned = Plan(repo, new RepoOverride
        {
            CodehostName = repo.CodehostName, RepoNamespace = repo.RepoNamespace, RepoName = repo.RepoName, CommitId = Commit,
        });
        Assert.Equal(Commit, planned.Base.Commit);
        Assert.Equal("main", planned.Branch);
    }

    [Theory]
    [InlineData("", "multi-service-demo")]
    [InlineData("src/./$SERVICE", "src/service1")]
    [InlineData("$WORKSPACE/deep//er", "deep/er")]
    [InlineData(".", ".")]
    public void Checkout_paths_are_expanded_and_kept_relative(string path, string directory) =>
        Assert.Equal(directory, Plan(SampleBuilds.Repo with { CheckoutPath = path }).Directory);

    [Theory]
    [InlineData("$up")]
    [InlineData("${up}/x")]
    [InlineData("$root")]
    public void A_variable_does_not_lead_out_of_the_workspace(string path)
    {
        var outcome = Outcome(
            [SampleBuilds.Repo with { CheckoutPath = path }], [Catalogues.Parameter("up", "a/../.."), Catalogues.Parameter("root", "/etc")]);
        Assert.Equal("repo_info[0].checkout_path", Assert.Single(Assert.IsType<PlanOutcome.Rejected>(outcome).Violations.Errors).Field);
    }

    [Fact]
    public void Two_repositories_do_not_share_a_directory()
    {
        var outcome = Outcome([SampleBuilds.Repo with { CheckoutPath = "x" }, SampleBuilds.Repo with { CheckoutPath = "./x" }], []);
        Assert.Equal("repo_info[1].checkout_path", Assert.Single(Assert.IsType<PlanOutcome.Rejected>(outcome).Violations.Errors).Field);
    }

    [Theory]
    [InlineData("gitlab", "https://git.example.com/", CodeHostAuth.None, "https://git.example.com/a/b/c.git")]
    [InlineData("other", "http://git.example.com:3000", CodeHostAuth.Password, "http://git.example.com:3000/a/b/c.git")]
    [InlineData("other", "https://git.example.com", CodeHostAuth.SshKey, "ssh://git@git.example.com/a/b/c.git")]
    [InlineData("other", "git@git.example.com", CodeHostAuth.SshKey, "ssh://git@git.example.com/a/b/c.git")]
    [InlineData("other", "ssh://git@git.example.com:2222", CodeHostAuth.SshKey, "ssh://git@git.example.com:2222/a/b/c.git")]
    [InlineData("other", "file:///srv/git", CodeHostAuth.None, "file:///srv/git/a/b/c")]
    [InlineData("gerrit", "https://gerrit.example.com", CodeHostAuth.Password, "https://gerrit.example.com/a/c")]
    public void Addresses_follow_the_kind_of_code_host(string type, string address, CodeHostAuth auth, string url)
    {
        var host = Catalogues.CodeHost("h", type) with { Address = address, Auth = auth };
        Assert.Equal(url, RepoAddress.Of(host, "a/b", "c"));
    }

    [Theory]
    [InlineData("multi-service.demo", "multi_service_demo")]
    [InlineData("2048-game", "CAEI_game")]
    [InlineData("007", "AAH")]
    public void Variables_of_a_repository_begin_with_its_name_made_fit(string name, string prefix) =>
        Assert.Equal(prefix, BuiltInVariables.RepoPrefix(name));

    private static PlannedRepo Plan(RepoInfo repo, params RepoOverride[] overrides) => Assert.Single(
        Assert.IsType<PlanOutcome.Planned>(Outcome([repo], [], overrides)).Plan.Repos);

    private static PlanOutcome Outcome(
        IReadOnlyList<RepoInfo> repos, IReadOnlyList<BuildParameter> parameters, params RepoOverride[] overrides) =>
        Planner.Plan(new PlanningInput
        {
            Build = new BuildDefinition.Plain(SampleBuilds.Plain with { RepoInfo = repos, Parameters = parameters }),
            Revision = 1,
            Catalogue = Catalogues.Document,
            Request = new RunRequest { RepoInfo = overrides },
            RunId = 1,
            Now = DateTimeOffset.UnixEpoch,
            RunUrl = "",
        });
}
