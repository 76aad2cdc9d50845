using Kiln.Contracts.Catalogue;
using Kiln.Server.Definitions.Trials;
using Kiln.Server.Http;
using Kiln.Server.Kubernetes.Connections;

namespace Kiln.Server.Clusters;

/// <summary>Tries a cluster: asks for its version with the credentials of runs.</summary>
internal sealed class ClusterTrial : ITrial<Cluster>
{
    public IReadOnlyList<ApiParameter> Parameters => [];

    public async Task<Finding> TryAsync(Cluster value, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        switch (ClusterConnections.Of(value))
        {
            case Connecting.Unusable unusable:
                return new(value.Type == "agent" ? Finding.NotFound : Finding.Protocol, unusable.Message);
            case Connecting.Ready { Connection: var connection }:
                using (var api = new KubernetesApi(KubernetesHttp.Create(connection), connection.Namespace))
                {
                    return Explain(connection.Server.Authority, await api.VersionAsync(cancellationToken));
                }
            default:
                throw new InvalidOperationException("An outcome of connecting is missing here.");
        }
    }

    private static Finding Explain(string site, KubernetesCall<string> call) => call switch
    {
        KubernetesCall<string>.Done { Value: { Length: > 0 } version } => Finding.Works($"{site} answers: Kubernetes {version}."),
        KubernetesCall<string>.Done => new(Finding.Protocol, $"{site} answers, but not as Kubernetes does."),
        KubernetesCall<string>.Refused { Status.Code: 401 or 403 } => new(Finding.Auth, $"{site} does not take these credentials."),
        KubernetesCall<string>.Refused refused => new(Finding.NotFound, $"{site} is no API server of Kubernetes: it answers {refused.Status.Code}."),
        KubernetesCall<string>.Unreachable { Error: HttpRequestError.NameResolutionError } =>
            new(Finding.Dns, $"The host name of {site} is not known to the server's DNS."),
        KubernetesCall<string>.Unreachable { Error: HttpRequestError.SecureConnectionError } =>
            new(Finding.Tls, $"The certificate of {site} is not trusted; give its authority, or check the host name."),
        KubernetesCall<string>.Unreachable { Error: HttpRequestError.ConnectionError } =>
            new(Finding.Refused, $"{site} cannot be connected to: nothing listens there, or the network does not lead there."),
        KubernetesCall<string>.Unreachable unreachable => new(Finding.Protocol, $"{site} does not answer as an API server: {unreachable.Message}."),
        _ => throw new InvalidOperationException("An outcome of a call is missing here."),
    };
}
