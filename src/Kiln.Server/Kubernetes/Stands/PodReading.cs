using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Stands;

/// <summary>Tells from what a cluster says what is true of a pod. Pure, so that every way a cluster has of saying it is a test.</summary>
internal static class PodReading
{
    /// <summary>How a pod stands that is there, or is yet to come.</summary>
    public static PodStand Of(PodSight sight) => sight.Pod switch
    {
        null => WithoutPod(sight),
        { Status.Phase: "Failed" or "Succeeded" } => new PodStand.Over(PodEnds.OfEnded(sight)),
        { Metadata.DeletionTimestamp: not null } pod => pod.Status.Container(PodNames.Kiln)?.State.Running is null
            ? new PodStand.Over(PodEnds.OfDeleted(sight))
            : new PodStand.Troubled(PodEnds.OfDeleted(sight)),
        { } pod => Containers(sight, pod),
    };

    /// <summary>How a pod stood that has gone from the cluster.</summary>
    public static PodStand.Over OfGone(PodSight sight) => new(
        sight.Pod is { Status.Phase: "Failed" or "Succeeded" } ? PodEnds.OfEnded(sight) : PodEnds.OfDeleted(sight));

    private static PodStand WithoutPod(PodSight sight) => sight.Newest("FailedCreate") is not { } failed
        ? new PodStand.Waits(RunReason.Starting, "The cluster is making the pod.", PodHope.Good)
        : failed.Message.Contains("exceeded quota", StringComparison.Ordinal)
            ? new PodStand.Waits(RunReason.PodQuota, $"The namespace's quota has no room for the pod: {Words(failed.Message)}", PodHope.Good)
            : new PodStand.Waits(RunReason.PodRefused, $"The cluster does not let the pod in: {Words(failed.Message)}", PodHope.Little);

    private static PodStand Containers(PodSight sight, Pod pod)
    {
        var kiln = pod.Status.Container(PodNames.Kiln)?.State ?? new();
        var build = pod.Status.Container(PodNames.Build)?.State ?? new();
        if (kiln.Terminated is { } died)
        {
            return new PodStand.Over(PodEnds.OfKiln(sight, died));
        }
        if (PodEnds.OfBuild(sight, build.Terminated) is { } trouble)
        {
            return new PodStand.Troubled(trouble);
        }
        if (sight.Newest("Evicted", "Preempted") is not null)
        {
            return new PodStand.Troubled(PodEnds.OfDeleted(sight));
        }
        return Pull(sight, pod) is { } waits ? waits
            : kiln.Running is not null ? new PodStand.Runs()
            : Pending(sight, pod);
    }

    /// <summary>An image that cannot be had, of whichever container.</summary>
    private static PodStand.Waits? Pull(PodSight sight, Pod pod)
    {
        foreach (var container in pod.Status.ContainerStatuses)
        {
            switch (container.State.Waiting)
            {
                case { Reason: "InvalidImageName" or "ErrImageNeverPull" } never:
                    return new(
                        RunReason.ImagePull, $"Image {ImageOf(pod, container)} cannot be used: {Words(never.Message ?? never.Reason)}",
                        PodHope.None);
                case { Reason: "ErrImagePull" or "ImagePullBackOff" or "ImageInspectError" or "RegistryUnavailable" } failed:
                    return new(
                        RunReason.ImagePull,
                        $"Image {ImageOf(pod, container)} cannot be pulled: {Words(PullFailure(sight, ImageOf(pod, container), failed))}",
                        PodHope.Little);
                case { Reason: "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" } failed:
                    return new(
                        RunReason.PodRefused, $"The node cannot make the container {container.Name}: {Words(failed.Message ?? failed.Reason)}",
                        PodHope.Little);
                default:
                    break;
            }
        }
        return null;
    }

    // A container that is backing off says only that; what the registry said is in the event.
    private static string PullFailure(PodSight sight, string image, ContainerWaiting waiting) =>
        waiting.Reason == "ErrImagePull" && waiting.Message is { Length: > 0 } message
            ? message
            : sight.Events.LastOrDefault(said => said.Reason == "Failed"
                && said.Message.StartsWith("Failed to pull image", StringComparison.Ordinal)
                && said.Message.Contains(image, StringComparison.Ordinal))?.Message
                ?? waiting.Message ?? waiting.Reason ?? "";

    private static PodStand.Waits Pending(PodSight sight, Pod pod)
    {
        if (pod.Status.Condition("PodScheduled") is { Status: "False" } unscheduled)
        {
            var words = unscheduled.Message is { Length: > 0 } message
                ? message
                : sight.Newest("FailedScheduling")?.Message ?? unscheduled.Reason ?? "";
            return IsAboutVolumes(words)
                ? new(RunReason.PodVolumes, $"The pod waits for its volumes: {Words(words)}{Claims(sight)}", PodHope.Good)
                : new(RunReason.PodUnschedulable, $"No node can take the pod: {Words(words)}", PodHope.Good);
        }
        return sight.Newest("Pulled", "Pulling", "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "Created", "Scheduled") switch
        {
            { Reason: "FailedMount" or "FailedAttachVolume" } mount =>
                new(RunReason.PodVolumes, $"A volume cannot be mounted: {Words(mount.Message)}", PodHope.Good),
            { Reason: "FailedCreatePodSandBox" } sandbox =>
                new(RunReason.Starting, $"The node cannot start the pod: {Words(sandbox.Message)}", PodHope.Good),
            { Reason: "Pulling" } pulling => new(RunReason.Starting, $"The node fetches an image: {Words(pulling.Message)}", PodHope.Good),
            _ => new(
                RunReason.Starting,
                pod.Spec?.NodeName is { Length: > 0 } node ? $"Node {node} starts the pod." : "The pod waits for a node.",
                PodHope.Good),
        };
    }

    private static bool IsAboutVolumes(string words) =>
        words.Contains("persistentvolumeclaim", StringComparison.OrdinalIgnoreCase)
        || words.Contains("volume node affinity", StringComparison.OrdinalIgnoreCase)
        || words.Contains("persistent volumes to bind", StringComparison.OrdinalIgnoreCase);

    // Why a claim has no volume is said about the claim.
    private static string Claims(PodSight sight) =>
        sight.Events.LastOrDefault(said => said.InvolvedObject.Kind == "PersistentVolumeClaim"
            && said.Reason is "ProvisioningFailed" or "FailedBinding" or "WaitForFirstConsumer") is { } said
            ? $" Claim {said.InvolvedObject.Name}: {Words(said.Message)}"
            : "";

    private static string ImageOf(Pod pod, ContainerStatus status) =>
        pod.Spec?.Containers.FirstOrDefault(container => container.Name == status.Name)?.Image ?? status.Image;

    /// <summary>The cluster's words as the end of a sentence, on one line.</summary>
    public static string Words(string text)
    {
        var line = string.Join(' ', text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        const int longest = 1000;
        line = line.Length > longest ? $"{line[..longest]}…" : line;
        return line.Length == 0 || line[^1] is '.' or '!' or '?' or '…' ? line : $"{line}.";
    }
}
