using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Runs;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;
using Kiln.Server.Planning;
using Kiln.Server.Queue.Commits;

namespace Kiln.Server.CodeHosts;

/// <summary>Tries a code host: with a repository as git does, else by the API of its type.</summary>
internal sealed class CodeHostTrial(GitRemote git) : ITrial<CodeHost>
{
    // No code host has it: an answer that it is missing is given only behind the login.
    private const string NoRepository = "kiln/validate";

    public IReadOnlyList<ApiParameter> Parameters { get; } =
    [
        new("repo", "A repository, namespace/name, that is looked up as a build does it (git ls-remote); absent = the login is tried by the code host's API."),
    ];

    public Task<Finding> TryAsync(CodeHost value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        var repo = given["repo"].Trim('/', ' ');
        var scheme = new Uri(value.Address).Scheme;
        return repo.Length > 0 || scheme is "ssh" ? AskGitAsync(value, repo, cancellationToken)
            : scheme is "file" ? Task.FromResult(Directory(value))
            : AskApiAsync(value, cancellationToken);
    }

    private static Finding Directory(CodeHost value) => System.IO.Directory.Exists(new Uri(value.Address).LocalPath)
        ? Finding.Works("The directory is there; name a repository with ?repo= to try that too.")
        : new(Finding.NotFound, $"The server has no directory {new Uri(value.Address).LocalPath}.");

    private async Task<Finding> AskGitAsync(CodeHost value, string repo, CancellationToken cancellationToken)
    {
        var wanted = repo.Length > 0 ? repo : NoRepository;
        var host = CatalogueSources.Map(value);
        var cut = wanted.LastIndexOf('/');
        var remote = new RemoteRepo(
            $"repository {wanted}", RepoAddress.Of(host, cut < 0 ? "" : wanted[..cut], wanted[(cut + 1)..]), Login(host), host.VerifyTls, host.TlsCa, host.Proxy);
        return await git.AskAsync(remote, ["HEAD"], cancellationToken) switch
        {
            RemoteAnswer.Refs => Finding.Works($"git reads {wanted}."),
            RemoteAnswer.Failed { Reason: RunReason.CheckoutFailed } when repo.Length == 0 =>
                Finding.Works("It answers and takes the key; name a repository with ?repo= to try that too."),
            RemoteAnswer.Failed failed => new(Problem(failed), failed.Message),
            _ => throw new InvalidOperationException("An answer of git is missing here."),
        };
    }

    private static RemoteLogin? Login(CatalogueCodeHost host) => host.Auth switch
    {
        CodeHostAuth.None => null,
        CodeHostAuth.SshKey => new("ssh_key", "", host.SealedSecret, host.KnownHosts),
        _ => new("basic", RepoPlanning.Username(host), host.SealedSecret, ""),
    };

    private static string Problem(RemoteAnswer.Failed failed) => failed.Reason switch
    {
        RunReason.CodeHostAuth => Finding.Auth,
        RunReason.CodeHostUntrusted => Finding.Tls,
        RunReason.CheckoutFailed => Finding.NotFound,
        RunReason.CodeHostUnreachable when failed.Message.Contains("host name is unknown", StringComparison.Ordinal) => Finding.Dns,
        RunReason.CodeHostUnreachable when failed.Message.Contains("refused", StringComparison.Ordinal) => Finding.Refused,
        RunReason.CodeHostUnreachable when failed.Message.Contains("timed out", StringComparison.Ordinal) => Finding.Timeout,
        _ => Finding.Protocol,
    };

    private static async Task<Finding> AskApiAsync(CodeHost value, CancellationToken cancellationToken)
    {
        using var http = new TrialHttp(new TrialRoute(value.VerifyTls, value.TlsCa, value.Proxy));
        var request = Request(value);
        var site = new Uri(value.Address).Authority;
        var triesLogin = request.Headers.Authorization is not null || request.Headers.Contains("PRIVATE-TOKEN");
        return await http.SendAsync(request, cancellationToken) switch
        {
            TrialCall.Failed failed => failed.Finding,
            TrialCall.Answered { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } when triesLogin =>
                new(Finding.Auth, $"{site} does not take this login: the token or password is wrong, expired, or may not use the API."),
            TrialCall.Answered { Status: HttpStatusCode.NotFound } when triesLogin =>
                new(Finding.NotFound, $"There is no API of {value.Type} at {value.Address}: check address and type."),
            TrialCall.Answered { Status: var status } when (int)status >= 500 =>
                new(Finding.Protocol, $"{site} answers {(int)status}: it is in trouble itself."),
            TrialCall.Answered when triesLogin => Finding.Works($"{site} takes the login."),
            TrialCall.Answered => Finding.Works($"{site} answers; name a repository with ?repo= to try reading too."),
            _ => throw new InvalidOperationException("An outcome of a call is missing here."),
        };
    }

    private static HttpRequestMessage Request(CodeHost value)
    {
        var isToken = value.AuthType == "token";
        var path = (value.Type, value.AuthType) switch
        {
            ("github", "token" or "password") when value.Address == "https://github.com" => "https://api.github.com/user",
            ("github", "token" or "password") => $"{value.Address}/api/v3/user",
            ("gitlab", "token") => $"{value.Address}/api/v4/user",
            ("gitee" or "gitee-enterprise", "token") => $"{value.Address}/api/v5/user",
            ("gerrit", "password") => $"{value.Address}/a/accounts/self",
            _ => value.Address,
        };
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        switch (value.Type)
        {
            case "gitlab" when isToken:
                request.Headers.TryAddWithoutValidation("PRIVATE-TOKEN", value.Token);
                break;
            case "github" or "gitee" or "gitee-enterprise" when isToken:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", value.Token);
                break;
            case "github" or "gerrit" when value.AuthType == "password":
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{value.Username}:{value.Password}")));
                break;
            default:
                break;
        }
        return request;
    }
}
