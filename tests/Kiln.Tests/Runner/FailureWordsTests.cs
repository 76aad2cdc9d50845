using Kiln.Contracts.Runs;
using Kiln.Runner.Steps.Checkout;
using Kiln.Runner.Steps.Images;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

/// <summary>What git and the engines say when something is wrong, and what a run makes of it.</summary>
public sealed class FailureWordsTests : IDisposable
{
    private readonly TestRepo _repo = new("shop");

    public void Dispose() => _repo.Dispose();

    [Theory]
    [InlineData("error: file write error: No space left on device\nfatal: unable to write file", RunReason.DiskFull)]
    [InlineData("No ED25519 host key is known for git.example.com.\nHost key verification failed.", RunReason.CodeHostUntrusted)]
    [InlineData("fatal: unable to access 'https://h/': SSL certificate problem: unable to get local issuer certificate", RunReason.CodeHostUntrusted)]
    [InlineData("git@git.example.com: Permission denied (publickey).", RunReason.CodeHostAuth)]
    [InlineData("remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/a.git/'", RunReason.CodeHostAuth)]
    [InlineData("fatal: could not read Username for 'https://h': terminal prompts disabled", RunReason.CodeHostAuth)]
    [InlineData("fatal: unable to access 'https://h/': Could not resolve host: h", RunReason.CodeHostUnreachable)]
    [InlineData("fatal: unable to access 'https://h/': Failed to connect to h port 443: Connection timed out", RunReason.CodeHostUnreachable)]
    [InlineData("ssh: connect to host h port 22: Connection refused", RunReason.CodeHostUnreachable)]
    [InlineData("fatal: couldn't find remote ref refs/heads/gone", RunReason.RefNotFound)]
    [InlineData("remote: Repository not found.\nfatal: repository 'https://h/a.git/' not found", RunReason.CheckoutFailed)]
    [InlineData("fatal: early EOF", RunReason.CheckoutFailed)]
    public void Git_s_words_are_told_apart(string said, string reason)
    {
        var repo = Repo(_repo, _repo.Commit("main", "a.txt", "a", "A"));

        var failed = GitFailure.Of(repo, "main", said);

        Assert.Equal(reason, failed.Reason);
        Assert.StartsWith("Fetching main of team/shop", failed.Message);
    }

    [Theory]
    [InlineData("unauthorized: authentication required", true, RunReason.RegistryAuth)]
    [InlineData("no basic auth credentials", true, RunReason.RegistryAuth)]
    [InlineData("denied: requested access to the resource is denied", true, RunReason.RegistryAuth)]
    [InlineData("Get \"https://r/v2/\": x509: certificate signed by unknown authority", true, RunReason.RegistryUntrusted)]
    [InlineData("http: server gave HTTP response to HTTPS client", true, RunReason.RegistryUntrusted)]
    [InlineData("dial tcp 127.0.0.1:9: connect: connection refused", true, RunReason.RegistryUnreachable)]
    [InlineData("dial tcp: lookup r.invalid: no such host", true, RunReason.RegistryUnreachable)]
    [InlineData("write /var/lib/x: no space left on device", false, RunReason.DiskFull)]
    [InlineData("COPY failed: file not found in build context: stat nothing: file does not exist", false, RunReason.ImageBuildFailed)]
    [InlineData("received unexpected HTTP status: 500 Internal Server Error", true, RunReason.ImagePushFailed)]
    public void The_engines_words_are_told_apart(string said, bool isPush, string reason) =>
        Assert.Equal(reason, ImageFailure.Of($"Step 1/2 : FROM scratch\n{said}\n", isPush, "here").Reason);
}
