using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>Repositories from real git servers: over ssh, http and https, with logins, a private authority, a proxy.</summary>
public sealed class CheckoutTests : IDisposable
{
    private const string Password = "t0ken-of-the-robot";
    private readonly Scratch _scratch = new();
    private readonly GitDirectory _git;

    public CheckoutTests() => _git = new GitDirectory(_scratch);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Over_ssh_a_pinned_host_is_trusted_and_another_one_is_not()
    {
        var commit = _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "over ssh");
        await using var ssh = await SshHost.StartAsync(_scratch, Token);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        SshHost.NewKey(_scratch, "stranger");
        var strange = (await File.ReadAllTextAsync(_scratch["stranger.pub"], Token)).Split(' ');
        await AddAsync(server, "pinned", ssh.Address + _git.Root, ("auth_type", "ssh_key"), ("ssh_key", ssh.Key), ("known_hosts", ssh.HostKey));
        await AddAsync(server, "wrong", ssh.Address + _git.Root, ("auth_type", "ssh_key"), ("ssh_key", ssh.Key),
            ("known_hosts", $"{ssh.HostKey.Split(' ')[0]} {strange[0]} {strange[1]}"));
        await AddAsync(server, "keyless", ssh.Address + _git.Root, ("auth_type", "ssh_key"),
            ("ssh_key", await File.ReadAllTextAsync(_scratch["stranger"], Token)), ("known_hosts", ssh.HostKey));

        var run = await RunAsync(server, "pinned", "cat shop/a.txt; cat shop/.git/config; ls -A ~/.ssh 2>/dev/null; true");

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.Equal(commit, run.Repos.Single().CommitId);
        Assert.Contains("over ssh", await LogAsync(server, run));
        Assert.DoesNotContain(ssh.Key.Split('\n')[1], await LogAsync(server, run));
        Assert.Equal(RunReason.CodeHostUntrusted, (await RunAsync(server, "wrong", "true")).Reason);
        Assert.Equal(RunReason.CodeHostAuth, (await RunAsync(server, "keyless", "true")).Reason);
    }

    [Fact]
    public async Task A_login_opens_its_repository_and_stays_out_of_configuration_and_log()
    {
        _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "with a login");
        await using var host = new GitHost(_git, Password);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        var address = $"http://127.0.0.1:{host.Port}";
        await AddAsync(server, "right", address, ("auth_type", "password"), ("username", "robot"), ("password", Password));
        await AddAsync(server, "wrong", address, ("auth_type", "password"), ("username", "robot"), ("password", "not-that-one"));
        await AddAsync(server, "open", address, ("auth_type", "none"));

        var run = await RunAsync(server, "right", "cat shop/a.txt; git -C shop config --list --show-origin; env | sort");

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        var log = await LogAsync(server, run);
        Assert.Contains("with a login", log);
        Assert.DoesNotContain(Password, log);
        Assert.DoesNotContain("********", log);
        Assert.Equal(RunReason.CodeHostAuth, (await RunAsync(server, "wrong", "true")).Reason);
        Assert.Equal(RunReason.CodeHostAuth, (await RunAsync(server, "open", "true")).Reason);
    }

    [Fact]
    public async Task A_private_authority_is_trusted_where_the_code_host_names_it()
    {
        _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "over tls");
        using var authority = PrivateAuthority.Make();
        await using var host = new GitHost(_git, certificate: authority.Certificate);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        var address = $"https://127.0.0.1:{host.Port}";
        await AddAsync(server, "named", address, ("tls_ca", authority.Pem));
        await AddAsync(server, "unnamed", address);

        var run = await RunAsync(server, "named", "cat shop/a.txt");

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.Contains("over tls", await LogAsync(server, run));
        var refused = await RunAsync(server, "unnamed", "true");
        Assert.Equal(RunReason.CodeHostUntrusted, refused.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_code_host_behind_a_proxy_is_reached_through_it(bool isSecure)
    {
        _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "through a proxy");
        using var authority = PrivateAuthority.Make();
        await using var host = new GitHost(_git, certificate: isSecure ? authority.Certificate : null);
        await using var proxy = new HttpProxy(host.Port);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        await AddAsync(server, "behind", $"{(isSecure ? "https" : "http")}://git.kiln.invalid", ("proxy", proxy.Address), ("tls_ca", isSecure ? authority.Pem : ""));

        var run = await RunAsync(server, "behind", "cat shop/a.txt");

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.Contains("through a proxy", await LogAsync(server, run));
        Assert.NotEmpty(proxy.Requests);
    }

    [Fact]
    public async Task A_server_that_gives_no_commits_by_their_id_gives_them_by_the_branch()
    {
        var old = _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "old");
        _git.Commit("team/shop.git", "refs/heads/main", "a.txt", "new");
        await using var host = new GitHost(_git, givesAnyCommit: false);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        await AddAsync(server, "strict", $"http://127.0.0.1:{host.Port}");

        var run = await RunAsync(server, "strict", "cat shop/a.txt", repo => repo with { CommitId = old });
        var gone = await RunAsync(server, "strict", "true", repo => repo with { CommitId = new string('a', 40) });

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.Equal(old, run.Repos.Single().CommitId);
        Assert.Equal("old", await LogAsync(server, run, "script"));
        Assert.Equal(RunReason.CommitGone, gone.Reason);
        Assert.EndsWith("and it is not in branch main.", gone.Message);
    }

    [Theory]
    [InlineData("gerrit", "shop", "refs/changes/45/12345/1", "refs/changes/45/12345/12")]
    [InlineData("gitlab", "team/shop.git", "refs/merge-requests/12345/head", "refs/merge-requests/12345/head")]
    [InlineData("github", "team/shop.git", "refs/pull/12345/head", "refs/pull/12345/head")]
    public async Task A_request_or_change_is_merged_as_it_stands_now(string type, string path, string before, string now)
    {
        _git.Commit(path, "refs/heads/main", "a.txt", "main");
        _git.Commit(path, before, "b.txt", "before", onto: "refs/heads/main");
        _git.Commit(path, now, "b.txt", "now", onto: "refs/heads/main");
        _git.Commit(path, "refs/heads/main", "c.txt", "later");
        await using var host = new GitHost(_git);
        await using var server = await KilnServer.StartAsync(_scratch, Token);
        await AddAsync(server, "host", $"http://127.0.0.1:{host.Port}", ("type", type));

        var run = await RunAsync(server, "host", "cat shop/[abc].txt; echo; echo $shop_PR", repo => repo with { Prs = [12345] });
        var missing = await RunAsync(server, "host", "true", repo => repo with { Prs = [9] });

        Assert.True(run.Status == RunStatus.Passed, run.Message);
        Assert.Equal("mainnowlater\n12345\n", await LogAsync(server, run, "script"));
        Assert.Equal(RunReason.RefNotFound, missing.Reason);
    }

    private static Task AddAsync(KilnServer server, string name, string address, params (string Name, string Value)[] more)
    {
        var body = new JsonObject { ["name"] = name, ["type"] = "other", ["address"] = address };
        foreach (var (field, value) in more)
        {
            body[field] = value;
        }
        return server.PostAsync("openapi/system/codehosts", body, Token);
    }

    private static async Task<RunView> RunAsync(
        KilnServer server, string host, string script, Func<RepoOverride, RepoOverride>? change = null)
    {
        var builds = new BuildDriver(server);
        var build = $"{host}-{Guid.NewGuid():n}";
        await builds.DefineAsync(build, script, Token, body => body["repo_info"] = new JsonArray(new JsonObject
        {
            ["codehost_name"] = host, ["repo_namespace"] = "team", ["repo_name"] = "shop", ["branch"] = "main",
        }));
        var repo = new RepoOverride { CodehostName = host, RepoNamespace = "team", RepoName = "shop" };
        return await builds.EndAsync(
            await builds.StartAsync(build, Token, new RunRequest { RepoInfo = change is null ? [] : [change(repo)] }), Token);
    }

    private static async Task<string> LogAsync(KilnServer server, RunView run, string step = "") =>
        Encoding.UTF8.GetString(await new BuildDriver(server).LogAsync(run.RunId, step, Token));
}
