using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>The manifests of deploy/kubernetes install a server that runs builds in its own cluster, with the rights they give and no other.</summary>
public sealed class InstallTests(SharedCluster shared) : IDisposable
{
    private const string Account = "--as=system:serviceaccount:kiln:kiln";
    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task An_installed_server_runs_builds_by_the_account_it_is_given()
    {
        var cluster = await shared.GetAsync(Token);
        Assert.SkipUnless(cluster.IsOwn, "A given cluster may have a namespace \"kiln\" that is somebody's.");
        await cluster.LoadServerAsync(Token);
        await cluster.ApplyAsync(Volume(_scratch["data"]), Token);
        try
        {
            await cluster.ApplyAsync(Adapted(cluster), Token);
            await cluster.KubectlAsync(Token, "rollout", "status", "statefulset/kiln", "-n", "kiln", "--timeout=180s");

            var run = await RunAsync(cluster);

            Assert.True(run.Status == RunStatus.Passed, $"{run.Reason}: {run.Message}");
            await cluster.GoneAsync("kiln", "job", $"kiln/run={run.RunId}", Token);
            await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.KubectlAsync(Token, "auth", "can-i", "list", "secrets", "-n", "default", Account));
            await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.KubectlAsync(Token, "auth", "can-i", "create", "pods", "-n", "kiln", Account));
        }
        finally
        {
            await cluster.KubectlAsync(CancellationToken.None, "delete", "namespace", "kiln", "--wait=false", "--ignore-not-found");
            await cluster.KubectlAsync(CancellationToken.None, "delete", "pv", "kiln-data", "--wait=false");
        }
    }

    // The cluster of the tests has neither services nor names, so pods call the server's pod by its address.
    private static string Adapted(KubernetesCluster cluster)
    {
        const string byName = """- {name: KILN_POD_SERVER_URL, value: "http://kiln.kiln.svc:7070"}""";
        Assert.Contains(byName, KubernetesCluster.Manifests);
        return KubernetesCluster.Manifests
            .Replace("kiln-server:latest", "kiln.test/server:1")
            .Replace("kiln-agent:latest", cluster.AgentImage)
            .Replace(byName, """
                - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                            - {name: KILN_POD_SERVER_URL, value: "http://$(POD_IP):7070"}
                """);
    }

    // Its directories are nobody's but root's, and hostPath knows no fsGroup.
    private static string Volume(string directory)
    {
        Directory.CreateDirectory(directory);
        using var chown = Process.Start("chown", ["10001:10001", directory]);
        chown.WaitForExit();
        return $$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: kiln-data}
            spec:
              storageClassName: {{KubernetesCluster.StorageClass}}
              capacity: {storage: 20Gi}
              accessModes: [ReadWriteOnce]
              claimRef: {namespace: kiln, name: data-kiln-0}
              hostPath: {path: {{directory}} }
            """;
    }

    private static async Task<RunView> RunAsync(KubernetesCluster cluster)
    {
        var token = await cluster.KubectlAsync(Token, "exec", "-n", "kiln", "kiln-0", "--", "cat", "/data/kiln/admin-token");
        var ip = await cluster.KubectlAsync(Token, "get", "pod", "-n", "kiln", "kiln-0", "-o", "jsonpath={.status.podIP}");
        var address = new Uri($"http://{ip}:7070");
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        await PostAsync(http, "openapi/projects/project", """{"project_key":"yaml","project_name":"yaml"}""");
        await PostAsync(http, "openapi/system/cluster", """{"name":"here","type":"agent"}""");
        await PostAsync(http, "openapi/system/build-images", $$"""{"label":"debian","value":"{{cluster.BuildImage}}"}""");
        await PostAsync(http, "openapi/build?projectKey=yaml", """
            {"name":"hello","project_key":"yaml","infrastructure":"kubernetes","build_os":"debian","script_type":"shell","installs":[],"services":[],
             "build_script":"echo hello","advanced_settings":{"cluster_name":"here"}}
            """);
        using var client = new KilnClient(address, token.Trim());
        var run = Assert.IsType<Answer<RunAccepted>.Ok>(await client.StartRunAsync("yaml", "hello", new RunRequest(), Token)).Value;
        await client.CopyLogAsync(run.RunId, follow: true, Stream.Null, Token);
        return Assert.IsType<Answer<RunView>.Ok>(await client.GetRunAsync(run.RunId, Token)).Value;
    }

    private static async Task PostAsync(HttpClient http, string path, string body)
    {
        using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}
