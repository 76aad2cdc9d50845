using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Stands;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Fixtures.PodSights;

namespace Kiln.Tests.Server.Kubernetes;

public sealed class PodReadingTests
{
    private static readonly Pod New = Pending(new LeaseKey(12, 1, 3));
    private static readonly Pod Busy = New.Running();

    [Fact]
    public void A_pod_that_no_node_takes_says_what_each_lacks()
    {
        const string words = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.";

        Waits(RunReason.PodUnschedulable, $"No node can take the pod: {words}", PodHope.Good, New.Unscheduled(words));
    }

    [Fact]
    public void A_pod_that_waits_for_its_volumes_says_what_its_claim_waits_for() => Waits(
        RunReason.PodVolumes,
        "The pod waits for its volumes: 0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims. "
        + "Claim kiln-12-1-3-0: storageclass \"cfs\" not found.",
        PodHope.Good,
        New.Unscheduled("0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims."),
        Said("ProvisioningFailed", "storageclass \"cfs\" not found", "PersistentVolumeClaim", "kiln-12-1-3-0"));

    [Fact]
    public void An_image_that_backs_off_is_explained_by_the_registrys_words() => Waits(
        RunReason.ImagePull,
        "Image ubuntu:20.04 cannot be pulled: Failed to pull image \"ubuntu:20.04\": 401 Unauthorized.",
        PodHope.Little,
        New.With("kiln", Waiting("ContainerCreating")).With("build", Waiting("ImagePullBackOff", "Back-off pulling image \"ubuntu:20.04\"")),
        Said("Failed", "Failed to pull image \"ubuntu:20.04\": 401 Unauthorized"),
        Said("BackOff", "Back-off pulling image \"ubuntu:20.04\""));

    [Fact]
    public void An_image_whose_name_is_none_has_no_hope() => Waits(
        RunReason.ImagePull,
        "Image ubuntu:20.04 cannot be used: couldn't parse image reference.",
        PodHope.None,
        New.With("build", Waiting("InvalidImageName", "couldn't parse image reference")));

    [Fact]
    public void A_pod_that_the_quota_has_no_room_for_is_explained_before_there_is_one() => Waits(
        RunReason.PodQuota,
        "The namespace's quota has no room for the pod: Error creating: pods \"kiln-12-1-3-x\" is forbidden: exceeded quota: small.",
        PodHope.Good,
        pod: null,
        Said("FailedCreate", "Error creating: pods \"kiln-12-1-3-x\" is forbidden: exceeded quota: small", "Job", "kiln-12-1-3"));

    [Fact]
    public void A_pod_that_a_node_starts_says_what_the_node_does()
    {
        var placed = New with { Spec = New.Spec! with { NodeName = "node1" } };

        Waits(RunReason.Starting, "Node node1 starts the pod.", PodHope.Good, placed);
        Waits(RunReason.Starting, "The node fetches an image: Pulling image \"ubuntu:20.04\".", PodHope.Good, placed,
            Said("Pulling", "Pulling image \"ubuntu:20.04\"", isWarning: false));
        Waits(RunReason.PodVolumes, "A volume cannot be mounted: no such share.", PodHope.Good, placed, Said("FailedMount", "no such share"));
    }

    [Fact]
    public void A_build_that_took_too_much_memory_is_told_with_its_limit() => Troubled(
        RunReason.OomKilled, "limit of 2000Mi", Busy.With("build", Terminated(137, "OOMKilled")));

    [Fact]
    public void A_build_container_that_ended_as_it_should_is_no_trouble() =>
        Assert.IsType<PodStand.Runs>(Of(Busy.With("build", Terminated(0, "Completed"))));

    [Fact]
    public void An_image_without_a_shell_is_named() => Troubled(
        RunReason.PodRefused, "Image ubuntu:20.04 cannot run a build, which needs /bin/sh",
        Busy.With("build", Terminated(128, "ContainerCannotRun", "exec: \"/bin/sh\": no such file")));

    [Fact]
    public void A_container_that_its_node_could_not_start_is_not_the_image_s_fault() => Troubled(
        RunReason.PodDied, "The node could not start the container that the build runs in: runc create failed: lstat /proc/116/ns/ipc",
        Busy.With("build", Terminated(128, "StartError", "runc create failed: lstat /proc/116/ns/ipc: no such file or directory")));

    [Fact]
    public void An_eviction_is_told_before_the_pod_has_gone_and_after_it()
    {
        const string words = "The node was low on resource: memory. Container build was using 5Gi.";

        Troubled(RunReason.PodEvicted, words, Busy, Said("Evicted", words));
        Over(RunReason.PodEvicted, words, Busy.Ended("Failed", "Evicted", words));
    }

    [Fact]
    public void A_deletion_by_hand_a_node_that_is_lost_and_a_deadline_are_told_apart()
    {
        Troubled(RunReason.PodDeleted, "Pod kiln-12-1-3-abcde was deleted", Busy.Deleted());
        Troubled(RunReason.NodeLost, "Node node1 of the pod does not answer", Busy.Deleted(), Said("TaintManagerEviction", "Marking for deletion Pod"));
        Over(RunReason.PodDeadline, "timeout and grace", Busy.Ended("Failed", "DeadlineExceeded", "Pod was active too long"));
        Over(RunReason.PodEvicted, "shuts down", Busy.Ended("Failed", "Shutdown", "Node is shutting, evicting pods"));
    }

    [Fact]
    public void A_drained_node_is_known_by_the_condition_of_newer_clusters() => Troubled(
        RunReason.PodEvicted, "The cluster ended the pod (EvictionByEvictionAPI): Eviction API: evicting.",
        (Busy with
        {
            Status = Busy.Status with
            {
                Conditions =
                [
                    new PodCondition
                    {
                        Type = "DisruptionTarget", Status = "True", Reason = "EvictionByEvictionAPI", Message = "Eviction API: evicting",
                    },
                ],
            },
        }).Deleted());

    [Fact]
    public void A_pod_whose_driving_container_died_is_over() =>
        Over(RunReason.PodDied, "ended (exit code 137)", Busy.With("kiln", Terminated(137, "Error")));

    [Fact]
    public void A_pod_that_went_before_anybody_saw_it_end_was_deleted()
    {
        var over = PodReading.OfGone(new PodSight(Busy, []));

        Assert.Equal(RunReason.PodDeleted, over.Trouble.Reason);
    }

    [Fact]
    public void Words_of_a_cluster_become_one_line_and_end_a_sentence() =>
        Assert.Equal("one two.", PodReading.Words("one\n  two\n"));

    private static PodStand Of(Pod? pod, params ClusterEvent[] events) => PodReading.Of(new PodSight(pod, events));

    private static void Waits(string reason, string message, PodHope hope, Pod? pod, params ClusterEvent[] events) =>
        Assert.Equal(new PodStand.Waits(reason, message, hope), Of(pod, events));

    private static void Troubled(string reason, string words, Pod pod, params ClusterEvent[] events)
    {
        var trouble = Assert.IsType<PodStand.Troubled>(Of(pod, events)).Trouble;
        Assert.Equal(reason, trouble.Reason);
        Assert.Contains(words, trouble.Message);
    }

    private static void Over(string reason, string words, Pod pod, params ClusterEvent[] events)
    {
        var trouble = Assert.IsType<PodStand.Over>(Of(pod, events)).Trouble;
        Assert.Equal(reason, trouble.Reason);
        Assert.Contains(words, trouble.Message);
    }
}
