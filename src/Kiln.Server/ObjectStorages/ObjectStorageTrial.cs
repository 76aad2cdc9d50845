using System.Net;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;

namespace Kiln.Server.ObjectStorages;

/// <summary>Tries an object storage: asks for the head of its bucket.</summary>
internal sealed class ObjectStorageTrial(TimeProvider time) : ITrial<ObjectStorage>
{
    // What storages without regions call theirs.
    private const string AnyRegion = "us-east-1";

    public IReadOnlyList<ApiParameter> Parameters => [];

    public async Task<Finding> TryAsync(ObjectStorage value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        using var http = new TrialHttp(new TrialRoute(VerifyTls: true, TlsCa: "", Proxy: ""));
        var root = value.Endpoint.Contains("://", StringComparison.Ordinal) ? value.Endpoint
            : $"{(value.Insecure ? "http" : "https")}://{value.Endpoint}";
        var region = value.Region.Length > 0 ? value.Region : AnyRegion;
        var request = new HttpRequestMessage(HttpMethod.Head, $"{root}/{Uri.EscapeDataString(value.Bucket)}");
        S3Signature.Sign(request, value.Ak, value.Sk, region, time.GetUtcNow());
        return await http.SendAsync(request, cancellationToken) switch
        {
            TrialCall.Failed failed => failed.Finding,
            TrialCall.Answered { Status: HttpStatusCode.OK } => Finding.Works($"The bucket {value.Bucket} is there and takes the key."),
            TrialCall.Answered { Status: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => new(
                Finding.Auth, $"{value.Endpoint} does not let this key into the bucket {value.Bucket}: ak or sk is wrong, or lacks the right, or a clock is off."),
            TrialCall.Answered { Status: HttpStatusCode.NotFound } => new(
                Finding.NotFound, $"{value.Endpoint} has no bucket {value.Bucket}."),
            TrialCall.Answered { Status: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect or HttpStatusCode.BadRequest } => new(
                Finding.NotFound, $"The bucket {value.Bucket} is in another region than {region}, or {value.Endpoint} speaks only TLS; check region and insecure."),
            TrialCall.Answered { Status: var status } => new(
                Finding.Protocol, $"{value.Endpoint} answers {(int)status}; is it an S3 storage?"),
            _ => throw new InvalidOperationException("An outcome of a call is missing here."),
        };
    }
}
