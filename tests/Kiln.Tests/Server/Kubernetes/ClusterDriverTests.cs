using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Runs;
using Kiln.Server.Settings;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Fixtures.PodSights;

namespace Kiln.Tests.Server.Kubernetes;

/// <summary>The whole server against <see cref="FakeApiServer"/>, which is no cluster: pods are what the test says.</summary>
public class ClusterDriverTests : IAsyncLifetime
{
    private static readonly RunPlan Plan = PodOrders.Plain.Plan with
    {
        ProjectKey = "demo", Pod = PodOrders.Plain.Plan.Pod! with { ClusterName = "fake" }, Variables = [],
    };

    private readonly WallTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private FakeApiServer _cluster = null!;
    private KilnApp _app = null!;

    /// <summary>Settings that choose the database.</summary>
    protected virtual Task<Func<KilnOptions, KilnOptions>> StoreAsync() =>
        Task.FromResult<Func<KilnOptions, KilnOptions>>(static options => options);

    public async ValueTask InitializeAsync()
    {
        _cluster = await FakeApiServer.StartAsync();
        _app = await KilnApp.StartAsync(_time, await StoreAsync());
        var body = new JsonObject { ["name"] = "fake", ["type"] = "kubeconfig", ["kube_config"] = _cluster.Kubeconfig };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _app.Admin.PostAsync("/openapi/system/cluster", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        // A server looks at its clusters when it starts.
        _app = await _app.RestartAsync(_time);
        await _cluster.UntilWatchedAsync("pods");
        await _cluster.UntilWatchedAsync("events");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_run_becomes_a_secret_and_a_job_that_owns_it_and_both_go_when_the_run_has_ended()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        Assert.True(Secret(pod.Key).Metadata.OwnerReferences is [{ Kind: "Job", Uid: "uid-of-kiln-1-1-1" }]);
        Assert.True((await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3)))!.Ended);

        Assert.Equal(("passed", ""), await StandAsync(pod.Key.RunId, "passed"));
        _cluster.Put(PodOf(pod.Key).Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0 && _cluster.Names("secrets").Count == 0);
        var run = await RunAsync(pod.Key.RunId);
        Assert.Equal("fake/kiln-1-1-1-abcde", (string)run["host"]!);
        Assert.Equal(
            ["POST jobs", "POST secrets", "DELETE jobs kiln-1-1-1"],
            _cluster.Requests.Where(static request => request.Split(' ')[0] is "POST" or "PATCH" or "DELETE"));
    }

    [Fact]
    public async Task A_pod_that_is_there_before_its_secret_waits_for_it()
    {
        _cluster.Refuses = static request => request == "POST secrets" ? (503, "ServiceUnavailable", "etcd is away") : null;
        var id = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await JobMadeAsync(id)).With("kiln", Waiting("CreateContainerConfigError", "secret \"kiln-1-1-1\" not found")));
        Assert.Equal(("queued", RunReason.ClusterUnreachable), await StandAsync(id, "queued", RunReason.ClusterUnreachable));
        Assert.Contains("etcd is away", (string)(await RunAsync(id))["message"]!);

        _cluster.Refuses = static _ => null;
        _time.Advance(TimeSpan.FromSeconds(2));

        await RunsToItsEndAsync(id);
    }

    [Fact]
    public async Task A_server_that_dies_between_a_Job_and_its_secret_makes_the_secret_when_it_is_back_and_no_other_Job()
    {
        _cluster.Refuses = static request => request == "POST secrets" ? (503, "ServiceUnavailable", "etcd is away") : null;
        var id = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await JobMadeAsync(id)).With("kiln", Waiting("CreateContainerConfigError", "secret \"kiln-1-1-1\" not found")));
        await _cluster.UntilAsync(() => _cluster.Asked("POST secrets") > 0);
        _cluster.Refuses = static _ => null;

        _app = await _app.RestartAsync(_time);

        await RunsToItsEndAsync(id);
        Assert.Equal(1, _cluster.Requests.Count(static request => request.StartsWith("DELETE jobs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_whose_secret_the_API_server_refuses_ends_with_its_words_and_its_Job_goes()
    {
        _cluster.Refuses = static request => request == "POST secrets" ? (403, "Forbidden", "User \"x\" cannot create secrets") : null;
        var id = await _app.RunAsync(Plan);

        Assert.Equal(("failed", RunReason.PodRefused), await StandAsync(id, "failed"));
        Assert.Contains("User \"x\" cannot create secrets", (string)(await RunAsync(id))["message"]!);
        await _cluster.UntilAsync(() => _cluster.Asked("DELETE jobs kiln-1-1-1") > 0 && _cluster.Names("jobs").Count == 0);
    }

    [Fact]
    public async Task What_the_Job_owns_is_not_looked_for_when_the_run_has_ended()
    {
        // To watch them, and last of all when a server that starts looks for what a dead one has left.
        await _cluster.UntilAsync(() => _cluster.Asked("GET pods") >= 2);
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        var lists = _cluster.Asked("GET secrets");
        await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3));

        _cluster.Put(PodOf(pod.Key).Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0 && _cluster.Names("secrets").Count == 0);
        // By the end of the next one it would have been looked for.
        var next = await BegunAsync(await _app.RunAsync(Plan));
        await next.ReportAsync(0, "hi\n", FakeAgent.Passed(3));
        _cluster.Put(PodOf(next.Key).Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);
        Assert.Equal(lists, _cluster.Asked("GET secrets"));
    }

    [Fact]
    public async Task What_could_not_be_made_the_Jobs_own_goes_as_well()
    {
        _cluster.Refuses = static request => request.StartsWith("PATCH", StringComparison.Ordinal) ? (503, "ServiceUnavailable", "etcd is away") : null;
        var pod = await BegunAsync(await _app.RunAsync(Plan with
        {
            Pod = Plan.Pod! with { Storages = [PodOrders.Storage("/data") with { IsTemporary = true }] },
        }));
        Assert.Single(_cluster.Names("persistentvolumeclaims"));
        await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3));

        _cluster.Put(PodOf(pod.Key).Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0 && _cluster.Names("persistentvolumeclaims").Count == 0);
    }

    [Fact]
    public async Task A_pod_is_given_its_own_lease_by_its_token_and_no_other()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        var other = pod.Key with { Fence = 2 };

        Assert.Equal(HttpStatusCode.OK, (await pod.SpecAsync()).Code); // an answer that was lost is asked for again
        Assert.Equal(HttpStatusCode.Unauthorized, (await new FakePod(_app, other, Token(pod.Key)).SpecAsync()).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await new FakePod(_app, other, Token(pod.Key)).HeartbeatAsync()).Code);
    }

    [Fact]
    public async Task A_second_pod_that_the_cluster_makes_for_a_lease_is_given_nothing()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));

        Assert.Equal(HttpStatusCode.Conflict, (await new FakePod(_app, pod.Key, Token(pod.Key), name: "kiln-1-1-1-second").SpecAsync()).Code);
        Assert.Equal(HttpStatusCode.OK, (await pod.SpecAsync()).Code);
    }

    [Fact]
    public async Task A_pending_pod_is_explained_and_again_when_the_reason_changes()
    {
        var id = await _app.RunAsync(Plan);
        var key = await MadeAsync(id);

        _cluster.Put(PodOf(key).Unscheduled("0/1 nodes are available: 1 Insufficient cpu."));
        Assert.Equal(("queued", RunReason.PodUnschedulable), await StandAsync(id, "queued", RunReason.PodUnschedulable));
        Assert.Contains("1 Insufficient cpu", (string)(await RunAsync(id))["message"]!);
        _cluster.Put(PodOf(key).With("build", Waiting("ErrImagePull", "manifest unknown")));
        Assert.Equal(("queued", RunReason.ImagePull), await StandAsync(id, "queued", RunReason.ImagePull));
        _cluster.Put(PodOf(key).Running());
        Assert.Equal(("queued", RunReason.Starting), await StandAsync(id, "queued", RunReason.Starting));
    }

    [Fact]
    public async Task An_image_that_does_not_come_is_given_up_after_a_while_and_one_whose_name_is_none_at_once()
    {
        var slow = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await MadeAsync(slow)).With("build", Waiting("ErrImagePull", "manifest unknown")));
        await StandAsync(slow, "queued", RunReason.ImagePull);
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(("lost", RunReason.ImagePullFailed), await StandAsync(slow, "lost"));

        var wrong = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await MadeAsync(wrong)).With("build", Waiting("InvalidImageName", "couldn't parse")));
        Assert.Equal(("lost", RunReason.ImagePullFailed), await StandAsync(wrong, "lost"));
    }

    [Fact]
    public async Task A_pod_that_does_not_begin_ends_its_run_by_its_waiting_time()
    {
        var id = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await MadeAsync(id)).Unscheduled("0/1 nodes are available: 1 Insufficient cpu."));
        await StandAsync(id, "queued", RunReason.PodUnschedulable);
        _time.Advance(TimeSpan.FromHours(25));

        Assert.Equal(("timeout", RunReason.QueueTimeout), await StandAsync(id, "timeout"));
        Assert.Equal(
            "The run's pod did not begin within 24 hours. No node can take the pod: 0/1 nodes are available: 1 Insufficient cpu.",
            (string)(await RunAsync(id))["message"]!);
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_makes_no_pod_wait_longer()
    {
        var id = await _app.RunAsync(Plan);
        var key = await MadeAsync(id);
        _time.SetBy = TimeSpan.FromDays(20_000);
        _time.Advance(TimeSpan.FromHours(23));

        // Whatever is heard of it, it is judged.
        _cluster.Put(PodOf(key).Unscheduled("0/1 nodes are available: 1 Insufficient cpu."));
        Assert.Equal(("queued", RunReason.PodUnschedulable), await StandAsync(id, "queued", RunReason.PodUnschedulable));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(("timeout", RunReason.QueueTimeout), await StandAsync(id, "timeout"));
    }

    [Fact]
    public async Task What_the_cluster_said_of_a_pod_that_never_began_is_the_log_of_its_run()
    {
        var id = await _app.RunAsync(Plan);
        var key = await MadeAsync(id);
        _cluster.Say(Said("FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.", name: "kiln-1-1-1-abcde"));
        _cluster.Put(PodOf(key).Unscheduled("0/1 nodes are available: 1 Insufficient cpu."));
        await StandAsync(id, "queued", RunReason.PodUnschedulable);
        _cluster.Put(PodOf(key).With("build", Waiting("InvalidImageName", "couldn't parse")));

        await StandAsync(id, "lost");
        Assert.Equal(
            "\e[2m[kiln]\e[0m FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.\n"
            + "\e[2m[kiln]\e[0m The log is known up to here. Image ubuntu:20.04 cannot be used: couldn't parse.\n",
            await _app.Admin.GetStringAsync($"/openapi/runs/{id}/log"));
    }

    [Fact]
    public async Task What_the_cluster_says_of_a_pod_is_told_to_its_runner_once()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        _cluster.Say(Said("Scheduled", "Successfully assigned builds/x to node1", name: "kiln-1-1-1-abcde", isWarning: false));
        var first = await pod.UntilAsync(reply => reply.Notices.Count > 0);
        // Every pod goes through these, and nothing is wrong.
        foreach (var usual in (string[])["MissingClusterDNS", "Pulled", "Created", "Started"])
        {
            _cluster.Say(Said(usual, "words", name: "kiln-1-1-1-abcde", isWarning: usual == "MissingClusterDNS"));
        }
        _cluster.Say(Said("Pulling", "Pulling image \"ubuntu:20.04\"", name: "kiln-1-1-1-abcde", isWarning: false));
        var second = await pod.UntilAsync(reply => reply.Notices.Count > 0);

        Assert.Equal(["Scheduled: Successfully assigned builds/x to node1."], first.Notices);
        Assert.Equal(["Pulling: Pulling image \"ubuntu:20.04\"."], second.Notices);
    }

    [Fact]
    public async Task A_build_container_that_was_killed_for_memory_is_told_to_the_runner_who_ends_the_run_with_it()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        _cluster.Put(PodOf(pod.Key).Running().With("build", Terminated(137, "OOMKilled")));

        var trouble = (await pod.UntilAsync(reply => reply.Trouble is not null)).Trouble!;
        Assert.Equal(RunReason.OomKilled, trouble.Reason);
        Assert.Contains("2000Mi", trouble.Message);
        _time.Advance(TimeSpan.FromSeconds(31)); // it says nothing
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("lost", RunReason.OomKilled), await StandAsync(pod.Key.RunId, "lost"));
    }

    [Fact]
    public async Task A_pod_that_was_deleted_is_lost_at_once_and_tried_again_when_its_policy_says_so()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan with { Policy = new() { Retries = 1 } }));
        await pod.ReportAsync(0, "half", FakeAgent.Passed(0)[..2]);
        _cluster.Put(PodOf(pod.Key).Running().Deleted());
        Assert.Equal(RunReason.PodDeleted, (await pod.UntilAsync(reply => reply.Trouble is not null)).Trouble!.Reason);
        _cluster.Remove("pods", "kiln-1-1-1-abcde");
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Contains("kiln-1-2-2"));
        var attempts = (await (await _app.Admin.GetAsync("/openapi/runs/1/attempts")).JsonAsync())["attempts"]!;
        Assert.Equal(("lost", RunReason.PodDeleted), ((string)attempts[0]!["status"]!, (string)attempts[0]!["reason"]!));
        Assert.Contains("half\e[2m[kiln]\e[0m The log is known up to here.", await _app.Admin.GetStringAsync("/openapi/runs/1/log?attempt=1"));
    }

    [Fact]
    public async Task The_log_of_a_lost_pod_that_has_gone_is_closed_reads_as_before_and_takes_no_more()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        await pod.ReportAsync(0, "half", FakeAgent.Passed(0)[..2]);
        var token = Token(pod.Key);
        _cluster.Remove("pods", "kiln-1-1-1-abcde");
        Assert.Equal(("lost", RunReason.PodDeleted), await StandAsync(pod.Key.RunId, "lost"));
        var shown = await _app.Admin.GetStringAsync("/openapi/runs/1/log");
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);

        // A server looks for what a dead one has left when it starts.
        _app = await _app.RestartAsync(_time);
        await StepStandsAsync(pod.Key.RunId, "failed");

        Assert.Equal(shown, await _app.Admin.GetStringAsync("/openapi/runs/1/log"));
        Assert.Equal("half", await _app.Admin.GetStringAsync("/openapi/runs/1/log?step=script"));
        Assert.True((await new FakePod(_app, pod.Key, token).ReportAsync(4, "late", FakeAgent.Passed(8)[2..]))!.Ended);
        Assert.Equal("lost", (await StandAsync(pod.Key.RunId, "lost")).Status);
        Assert.Equal(shown, await _app.Admin.GetStringAsync("/openapi/runs/1/log"));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_before_its_pod_began_ends_at_once_and_its_job_goes()
    {
        var id = await _app.RunAsync(Plan);
        _cluster.Put(PodOf(await MadeAsync(id)));

        Assert.True((await _app.Admin.PostAsync($"/openapi/runs/{id}/cancel", content: null)).IsSuccessStatusCode);

        Assert.Equal(("cancelled", RunReason.CancelledByUser), await StandAsync(id, "cancelled"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);
    }

    [Fact]
    public async Task A_cancelled_pod_is_told_so_and_one_that_does_not_obey_loses_its_job()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        Assert.True((await _app.Admin.PostAsync($"/openapi/runs/{pod.Key.RunId}/cancel", content: null)).IsSuccessStatusCode);

        Assert.Equal("cancelled", (await pod.UntilAsync(reply => reply.Stop is not null)).Stop!.Cause);
        Assert.Equal("running", (await StandAsync(pod.Key.RunId, "running")).Status);
        // Its time runs from when the driver knows of the cancel, which nobody can see.
        while ((string?)(await RunAsync(pod.Key.RunId))["status"] == "running")
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(("cancelled", RunReason.CancelledByUser), await StandAsync(pod.Key.RunId, "cancelled"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0);
        Assert.Equal(HttpStatusCode.Conflict, (await pod.HeartbeatAsync()).Code);
    }

    [Fact]
    public async Task A_silent_pod_that_is_still_there_is_unreachable_then_lost_and_the_true_end_still_counts()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(("running", RunReason.HostUnreachable), await StandAsync(pod.Key.RunId, "running", RunReason.HostUnreachable));
        Assert.Equal(HttpStatusCode.OK, (await pod.ReportAsync(0, "")) is null ? HttpStatusCode.Conflict : HttpStatusCode.OK);
        Assert.Equal(("running", ""), await StandAsync(pod.Key.RunId, "running", ""));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(("lost", RunReason.HostLost), await StandAsync(pod.Key.RunId, "lost"));
        Assert.True((await pod.ReportAsync(0, "late", FakeAgent.Passed(4)[2..]))!.Ended);
        Assert.Equal(("passed", ""), await StandAsync(pod.Key.RunId, "passed"));
    }

    [Fact]
    public async Task A_pod_whose_node_died_before_the_cluster_heard_that_it_runs_is_missed_as_well()
    {
        var id = await _app.RunAsync(Plan);
        var key = await MadeAsync(id);
        _cluster.Put(PodOf(key));
        var pod = new FakePod(_app, key, Token(key));
        await pod.SpecAsync();
        await pod.ReportAsync(0, "", FakeAgent.Passed(0)[..2]);

        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(("running", RunReason.HostUnreachable), await StandAsync(id, "running", RunReason.HostUnreachable));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(("lost", RunReason.HostLost), await StandAsync(id, "lost"));
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_loses_nothing_and_the_run_says_so()
    {
        _cluster.Refuses = static request => request.StartsWith("POST", StringComparison.Ordinal) ? (503, "ServiceUnavailable", "etcd is away") : null;
        var id = await _app.RunAsync(Plan);
        Assert.Equal(("queued", RunReason.ClusterUnreachable), await StandAsync(id, "queued", RunReason.ClusterUnreachable));
        Assert.Contains("etcd is away", (string)(await RunAsync(id))["message"]!);

        _cluster.Refuses = static _ => null;
        _time.Advance(TimeSpan.FromSeconds(2));
        await MadeAsync(id);
    }

    [Theory]
    [InlineData(403, "Forbidden", "secrets is forbidden: exceeded quota: small, requested: secrets=1", "queued", RunReason.PodQuota)]
    [InlineData(403, "Forbidden", "secrets is forbidden: User \"x\" cannot create resource", "failed", RunReason.PodRefused)]
    [InlineData(422, "Invalid", "Job.batch \"x\" is invalid", "failed", RunReason.PodRefused)]
    [InlineData(401, "Unauthorized", "Unauthorized", "queued", RunReason.NoCluster)]
    public async Task What_the_API_server_does_not_take_waits_or_ends_with_its_own_words(
        int code, string reason, string message, string status, string expected)
    {
        _cluster.Refuses = request => request.StartsWith("POST", StringComparison.Ordinal) ? (code, reason, message) : null;
        var id = await _app.RunAsync(Plan);

        Assert.Equal((status, expected), await StandAsync(id, status, expected));
        Assert.Contains(message, (string)(await RunAsync(id))["message"]!);
    }

    [Fact]
    public async Task A_restarted_server_takes_up_its_pods_and_makes_none_twice()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        await pod.ReportAsync(0, "", FakeAgent.Passed(0)[..2]);
        var posts = _cluster.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal));

        _app = await _app.RestartAsync(_time);
        var again = new FakePod(_app, pod.Key, Token(pod.Key));
        _cluster.Put(PodOf(pod.Key).Running().With("build", Terminated(137, "OOMKilled")));
        Assert.Equal(RunReason.OomKilled, (await again.UntilAsync(reply => reply.Trouble is not null)).Trouble!.Reason);
        Assert.True((await again.ReportAsync(0, "hi\n", FakeAgent.Passed(3)[2..]))!.Ended);

        Assert.Equal(posts, _cluster.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
        Assert.Equal(("passed", ""), await StandAsync(pod.Key.RunId, "passed"));
    }

    [Fact]
    public async Task A_pod_that_went_while_no_server_watched_is_lost()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        _cluster.Remove("pods", "kiln-1-1-1-abcde");
        _cluster.EndWatches();

        _app = await _app.RestartAsync(_time);

        Assert.Equal(("lost", RunReason.PodDeleted), await StandAsync(pod.Key.RunId, "lost"));
    }

    [Fact]
    public async Task What_nobody_wants_any_more_is_removed_at_the_start_and_kept_claims_stay()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        var labels = Secret(pod.Key).Metadata.Labels!;
        var left = new Dictionary<string, string>(labels) { [PodNames.Run] = "900" };
        _cluster.Make("secrets", "kiln-900-1-1", left);
        _cluster.Make("jobs", "kiln-900-1-1", left);
        _cluster.Make("persistentvolumeclaims", "kiln-900-1-1-0", left);
        _cluster.Make("persistentvolumeclaims", "kiln-shop-kept", labels.Where(label => label.Key is not (PodNames.Run or PodNames.Attempt or PodNames.Fence)));
        _cluster.Make("secrets", "kiln-7-1-1", new Dictionary<string, string>(left) { [PodNames.Owner] = "another" });

        _app = await _app.RestartAsync(_time);

        await _cluster.UntilAsync(() => _cluster.Names("secrets").Count == 2 && _cluster.Names("persistentvolumeclaims").Count == 1);
        Assert.Equal(["kiln-1-1-1"], _cluster.Names("jobs"));
        Assert.Equal(["kiln-shop-kept"], _cluster.Names("persistentvolumeclaims"));
        Assert.Equal(["kiln-1-1-1", "kiln-7-1-1"], _cluster.Names("secrets"));
    }

    [Fact]
    public async Task What_is_left_is_looked_for_again_soon_when_the_cluster_was_away_at_the_start()
    {
        var pod = await BegunAsync(await _app.RunAsync(Plan));
        _cluster.Make("jobs", "kiln-900-1-1", new Dictionary<string, string>(Secret(pod.Key).Metadata.Labels!) { [PodNames.Run] = "900" });
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Refuses = request =>
        {
            if (request == "GET jobs")
            {
                asked.TrySetResult();
                return (503, "ServiceUnavailable", "etcd is away");
            }
            return null;
        };

        _app = await _app.RestartAsync(_time);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        _cluster.Refuses = static _ => null;

        // Far less than the ten minutes between two looks.
        for (var second = 0; second < 100 && _cluster.Names("jobs").Count > 1; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await RunAsync(pod.Key.RunId);
        }
        Assert.Equal(["kiln-1-1-1"], _cluster.Names("jobs"));
    }

    [Fact]
    public async Task A_Job_of_another_server_in_the_namespace_is_not_taken_for_ones_own()
    {
        _cluster.Make("secrets", "kiln-1-1-1", new Dictionary<string, string> { [PodNames.Owner] = "another" });
        var id = await _app.RunAsync(Plan);

        Assert.Equal(("failed", RunReason.PodRefused), await StandAsync(id, "failed"));
        Assert.Contains("another Kiln server", (string)(await RunAsync(id))["message"]!);
    }

    private async Task<LeaseKey> MadeAsync(long id)
    {
        var key = await JobMadeAsync(id);
        await _cluster.UntilAsync(() => _cluster.Names("secrets").Contains(PodNames.Of(key)));
        return key;
    }

    private async Task<LeaseKey> JobMadeAsync(long id)
    {
        var key = new LeaseKey(id, 1, 1);
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Contains(PodNames.Of(key)));
        return key;
    }

    private async Task RunsToItsEndAsync(long id)
    {
        var pod = await BegunAsync(id);
        Assert.True((await pod.ReportAsync(0, "hi\n", FakeAgent.Passed(3)[2..]))!.Ended);
        Assert.Equal(("passed", ""), await StandAsync(id, "passed"));
        _cluster.Put(PodOf(pod.Key).Running().Ended("Succeeded"));
        await _cluster.UntilAsync(() => _cluster.Names("jobs").Count == 0 && _cluster.Names("secrets").Count == 0);
    }

    // A pod that runs, has its spec, and has reported that it began.
    private async Task<FakePod> BegunAsync(long id)
    {
        var key = await MadeAsync(id);
        _cluster.Put(PodOf(key).Running());
        var pod = new FakePod(_app, key, Token(key));
        var (code, lease) = await pod.SpecAsync();
        Assert.Equal((HttpStatusCode.OK, key), (code, lease!.Key));
        await pod.ReportAsync(0, "", FakeAgent.Passed(0)[..2]);
        return pod;
    }

    private Pod PodOf(LeaseKey key)
    {
        var job = _cluster.Find("jobs", PodNames.Of(key), KubernetesJson.Default.Job)!;
        return Pending(key, job.Metadata.Label(PodNames.Owner)!);
    }

    private Secret Secret(LeaseKey key) => _cluster.Find("secrets", PodNames.Of(key), KubernetesJson.Default.Secret)!;

    private string Token(LeaseKey key) => Secret(key).StringData!["token"];

    private async Task<JsonNode> RunAsync(long id) => await (await _app.Admin.GetAsync($"/openapi/runs/{id}")).JsonAsync();

    /// <summary>Waits until a run's first step stands so.</summary>
    private async Task StepStandsAsync(long id, string status)
    {
        using var changes = _app.Get<RunSignals>().Follow(id);
        while (true)
        {
            var next = changes.Next;
            if ((string)(await RunAsync(id))["steps"]![0]!["status"]! == status)
            {
                return;
            }
            await next;
        }
    }

    /// <summary>Waits until a run stands so.</summary>
    private async Task<(string Status, string Reason)> StandAsync(long id, string status, string? reason = null)
    {
        using var changes = _app.Get<RunSignals>().Follow(id);
        while (true)
        {
            var next = changes.Next;
            var run = await RunAsync(id);
            var stand = ((string)run["status"]!, (string)run["reason"]!);
            if (stand.Item1 == status && (reason is null || stand.Item2 == reason))
            {
                return stand;
            }
            await next;
        }
    }
}
