using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Runs;
using Kiln.Tests.Compliance;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;
using static Kiln.Tests.Fixtures.PodSights;

namespace Kiln.Tests.Server.Kubernetes;

/// <summary>Two servers on one PostgreSQL, of which the first drives <see cref="FakeApiServer"/> and the second stands by.</summary>
public sealed class TwoDriversTests(SharedPostgres postgres) : IAsyncLifetime
{
    private static readonly RunPlan Plan = PodOrders.Plain.Plan with
    {
        ProjectKey = "demo", Pod = PodOrders.Plain.Plan.Pod! with { ClusterName = "fake" }, Variables = [],
    };

    private static readonly LeaseKey Key = new(1, 1, 1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50)) { AutoAdvanceAmount = TimeSpan.Zero };
    private FakeApiServer _cluster = null!;
    private KilnApp? _first;
    private KilnApp _second = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await FakeApiServer.StartAsync();
        var store = await postgres.StoreAsync();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _first = await KilnApp.StartAsync(_time, options => store(options) with { MasterKey = key });
        var body = new JsonObject { ["name"] = "fake", ["type"] = "kubeconfig", ["kube_config"] = _cluster.Kubeconfig };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _first.Admin.PostAsync("/openapi/system/cluster", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        // A server looks at its clusters when it starts.
        _first = await _first.RestartAsync(_time);
        await _cluster.UntilWatchedAsync("pods");
        await _cluster.UntilWatchedAsync("events");
        _second = await KilnApp.StartAsync(_time, options => store(options) with { MasterKey = key });
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        if (_first is not null)
        {
            await _first.DisposeAsync();
        }
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_one_takes_in_is_driven_by_the_other_and_its_pod_may_call_either()
    {
        await _second.RunAsync(Plan);
        var pod = await BegunAsync(_second);
        var news = pod.UntilAsync(reply => reply.Notices.Count > 0);
        _cluster.Say(Said("Pulling", "Pulling image \"ubuntu:20.04\"", name: "kiln-1-1-1-abcde", isWarning: false));

        Assert.Equal(["Pulling: Pulling image \"ubuntu:20.04\"."], (await news).Notices);
        Assert.True((await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3)[2..]))!.Ended);
        await PassedAsync(_second);
        _cluster.Put(PodOf().Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);
        Assert.Equal(1, _cluster.Asked("POST jobs"));
    }

    [Fact]
    public async Task When_the_one_that_drives_has_gone_the_other_takes_its_pods_over_and_makes_none_twice()
    {
        var first = _first!;
        await first.RunAsync(Plan);
        var token = (await BegunAsync(first)).Token;
        var watches = _cluster.Asked("WATCH pods");
        _first = null;
        await first.DisposeAsync();

        // Its lock on the database goes with it; the other asks for it when it looks at its clusters.
        while (_cluster.Asked("WATCH pods") == watches)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await StatusAsync(_second);
        }
        var pod = new FakePod(_second, Key, token);
        Assert.True((await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3)[2..]))!.Ended);
        await PassedAsync(_second);
        _cluster.Put(PodOf().Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0 && _cluster.Names("secrets").Count == 0);
        Assert.Equal(1, _cluster.Asked("POST jobs"));
    }

    // A pod that runs, calls this server, and has reported that it began.
    private async Task<FakePod> BegunAsync(KilnApp app)
    {
        await _cluster.UntilAsync(() => _cluster.Names("secrets").Contains(PodNames.Of(Key)));
        _cluster.Put(PodOf().Running());
        var secret = _cluster.Find("secrets", PodNames.Of(Key), KubernetesJson.Default.Secret)!;
        var pod = new FakePod(app, Key, secret.StringData!["token"]);
        Assert.Equal(HttpStatusCode.OK, (await pod.SpecAsync()).Code);
        await pod.ReportAsync(0, "", FakeAgent.Passed(0)[..2]);
        return pod;
    }

    private Pod PodOf() =>
        Pending(Key, _cluster.Find("jobs", PodNames.Of(Key), KubernetesJson.Default.Job)!.Metadata.Label(PodNames.Owner)!);

    private static async Task PassedAsync(KilnApp app)
    {
        using var changes = app.Get<RunSignals>().Follow(Key.RunId);
        while (true)
        {
            var next = changes.Next;
            if (await StatusAsync(app) == "passed")
            {
                return;
            }
            await next;
        }
    }

    private static async Task<string> StatusAsync(KilnApp app) =>
        (string)(await (await app.Admin.GetAsync($"/openapi/runs/{Key.RunId}")).JsonAsync())["status"]!;
}
