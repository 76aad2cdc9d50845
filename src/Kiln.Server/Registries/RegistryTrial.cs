using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;

namespace Kiln.Server.Registries;

/// <summary>Tries an image registry: logs in as <c>docker login</c> does, for pushing into the namespace.</summary>
internal sealed partial class RegistryTrial : ITrial<Registry>
{
    public IReadOnlyList<ApiParameter> Parameters => [];

    public async Task<Finding> TryAsync(Registry value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        using var http = new TrialHttp(new TrialRoute(value.EnableTls, value.TlsCert, Proxy: ""));
        var root = Root(value.Address);
        var first = await http.SendAsync(Get($"{root}/v2/", login: null), cancellationToken);
        if (first is TrialCall.Failed { Finding.Problem: Finding.Tls } && !value.EnableTls && root.StartsWith("https:", StringComparison.Ordinal))
        {
            // Without TLS means what it means to docker: not checked, or not spoken at all.
            root = $"http{root[5..]}";
            first = await http.SendAsync(Get($"{root}/v2/", login: null), cancellationToken);
        }
        return first switch
        {
            TrialCall.Failed failed => failed.Finding,
            TrialCall.Answered { Status: HttpStatusCode.OK } => Finding.Works($"{value.Address} answers and asks for no login."),
            TrialCall.Answered { Status: HttpStatusCode.Unauthorized, Challenge: var challenge } =>
                await LogInAsync(http, root, challenge, value, cancellationToken),
            TrialCall.Answered { Status: var status } => new(
                Finding.NotFound, $"{value.Address} is no image registry: its /v2/ answers {(int)status}."),
            _ => throw new InvalidOperationException("An outcome of a call is missing here."),
        };
    }

    private static async Task<Finding> LogInAsync(
        TrialHttp http, string root, string challenge, Registry value, CancellationToken cancellationToken)
    {
        if (value.AccessKey.Length == 0)
        {
            return new(Finding.Auth, $"{value.Address} asks for a login; give access_key and secret_key.");
        }
        var login = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{value.AccessKey}:{value.SecretKey}")));
        var address = challenge.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) ? TokenAddress(challenge, value) : $"{root}/v2/";
        if (address is null)
        {
            return new(Finding.Protocol, $"{value.Address} asks for a login in a way that is not known here.");
        }
        return await http.SendAsync(Get(address, login), cancellationToken) switch
        {
            TrialCall.Failed failed => failed.Finding,
            TrialCall.Answered { Status: HttpStatusCode.OK } => Finding.Works($"{value.Address} takes the login."),
            TrialCall.Answered { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(
                Finding.Auth, $"{value.Address} does not take this login: user or password is wrong, or may not push to \"{value.Namespace}\"."),
            TrialCall.Answered { Status: var status } => new(Finding.Protocol, $"The login of {value.Address} answers {(int)status}."),
            _ => throw new InvalidOperationException("An outcome of a call is missing here."),
        };
    }

    private static string? TokenAddress(string challenge, Registry value)
    {
        var words = Word().Matches(challenge).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        if (!words.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return null;
        }
        var service = words.TryGetValue("service", out var name) ? $"&service={Uri.EscapeDataString(name)}" : "";
        var scope = Uri.EscapeDataString($"repository:{(value.Namespace.Length > 0 ? $"{value.Namespace}/" : "")}kiln-validate:pull,push");
        return $"{realm}{(address.Query.Length > 0 ? '&' : '?')}account={Uri.EscapeDataString(value.AccessKey)}{service}&scope={scope}";
    }

    private static HttpRequestMessage Get(string address, AuthenticationHeaderValue? login)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = login;
        return request;
    }

    private static string Root(string address) =>
        address is "docker.io" or "index.docker.io" ? "https://registry-1.docker.io"
        : address.Contains("://", StringComparison.Ordinal) ? address
        : $"https://{address}";

    [GeneratedRegex("([a-z]+)=\"([^\"]*)\"", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Word();
}
