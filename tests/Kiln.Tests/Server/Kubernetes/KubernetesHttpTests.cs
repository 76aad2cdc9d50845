using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Manifests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Server.Kubernetes;

/// <summary>Against a server that speaks TLS, as API servers do.</summary>
public sealed class KubernetesHttpTests
{
    [Fact]
    public async Task Lists_and_watches_share_a_connection_of_HTTP_2_whose_pings_tell_of_a_server_that_has_vanished()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var app = builder.Build();
        app.Run(context =>
        {
            asked.TrySetResult(context.Request.Protocol);
            return context.Response.WriteAsync("""{"metadata":{},"items":[]}""");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var kubeconfig = $$$"""
            {"current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
             "clusters": [{"name": "x", "cluster": {"server": "{{{app.Urls.First()}}}", "insecure-skip-tls-verify": true}}],
             "users": [{"name": "x", "user": {"token": "t"}}]}
            """;
        var connection = Assert.IsType<Connecting.Ready>(KubeconfigReader.Read(kubeconfig, directory: null)).Connection;
        using var api = new KubernetesApi(KubernetesHttp.Create(connection), "builds");

        await api.ListAsync(Resources.Pods, PodNames.Selector("5eed"), TestContext.Current.CancellationToken);

        Assert.Equal("HTTP/2", await asked.Task);
    }
}
