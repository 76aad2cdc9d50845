using System.Globalization;
using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Stands;

/// <summary>Why a pod, or a container of it, has ended, as far as that is not the script's own end.</summary>
internal static class PodEnds
{
    private const string Oom = "OOMKilled";

    // Of a container that never ran: as containerd and as docker have it.
    private const string NotStarted = "StartError";
    private const string NotRun = "ContainerCannotRun";
    private const string Shell = "/bin/sh";

    // What the node controller, the scheduler and the eviction API put into the condition DisruptionTarget (1.26 and newer).
    private const string Disrupted = "DisruptionTarget";

    /// <summary>Of a pod all of whose containers have ended.</summary>
    public static PodTrouble OfEnded(PodSight sight)
    {
        var status = sight.Pod!.Status;
        return status.Reason switch
        {
            "Evicted" => new(RunReason.PodEvicted, $"The node evicted the pod: {PodReading.Words(status.Message ?? "")}"),
            "DeadlineExceeded" => Deadline(),
            "NodeLost" => NodeLost(sight),
            "Shutdown" or "NodeShutdown" or "Terminated" =>
                new(RunReason.PodEvicted, $"The pod's node shuts down: {PodReading.Words(status.Message ?? status.Reason)}"),
            _ when sight.Newest("Evicted") is { } evicted =>
                new(RunReason.PodEvicted, $"The node evicted the pod: {PodReading.Words(evicted.Message)}"),
            _ when OfBuild(sight, status.Container(PodNames.Build)?.State.Terminated) is { } trouble => trouble,
            _ when status.Container(PodNames.Kiln)?.State.Terminated is { } died => OfKiln(sight, died),
            { Length: > 0 } reason => new(RunReason.PodDied, $"The pod has ended ({reason}): {PodReading.Words(status.Message ?? "")}"),
            _ when sight.Pod.Metadata.DeletionTimestamp is not null => OfDeleted(sight),
            _ => new(RunReason.PodDied, "The pod has ended without telling the end of the run."),
        };
    }

    /// <summary>Of a pod that is being deleted, or has been, and not by this server.</summary>
    public static PodTrouble OfDeleted(PodSight sight)
    {
        if (sight.Pod?.Status.Condition(Disrupted) is { Status: "True" } disrupted)
        {
            return disrupted.Reason == "DeletionByTaintManager" && IsNodeLost(sight)
                ? NodeLost(sight)
                : new(RunReason.PodEvicted, $"The cluster ended the pod ({disrupted.Reason}): {PodReading.Words(disrupted.Message ?? "")}");
        }
        return sight.Newest("Evicted", "Preempted", "TaintManagerEviction", "NodeNotReady", "DeadlineExceeded") switch
        {
            { Reason: "Evicted" } evicted => new(RunReason.PodEvicted, $"The node evicted the pod: {PodReading.Words(evicted.Message)}"),
            { Reason: "Preempted" } preempted =>
                new(RunReason.PodEvicted, $"A pod of higher priority took its place: {PodReading.Words(preempted.Message)}"),
            { Reason: "DeadlineExceeded" } => Deadline(),
            { } => NodeLost(sight),
            null => new(RunReason.PodDeleted, $"{NameOf(sight)} was deleted, by a person or a controller of the cluster."),
        };
    }

    /// <summary>Of the container that drives the run.</summary>
    public static PodTrouble OfKiln(PodSight sight, ContainerTerminated died) => died.Reason == Oom
        ? new(RunReason.PodDied, $"The container that drives the run had more memory than its limit of {Limit(sight, PodNames.Kiln)} and was killed.")
        : new(RunReason.PodDied,
            $"The container that drives the run ended ({Code(died)}) without telling the end of the run.{After(died)}");

    /// <summary>Of the container that the script runs in; <c>null</c> while it runs, and when it ended as it should.</summary>
    public static PodTrouble? OfBuild(PodSight sight, ContainerTerminated? ended) => ended switch
    {
        null => null,
        { Reason: Oom } => new(RunReason.OomKilled,
            $"The build took more memory than its limit of {Limit(sight, PodNames.Build)} and was killed; raise memory_limit, or let it take less."),
        // Only that is the image's fault; a sandbox that dies meanwhile, a full disk or a broken runtime is not.
        { Reason: NotStarted or NotRun, Message: { } said } when said.Contains(Shell, StringComparison.Ordinal) => new(RunReason.PodRefused,
            $"Image {Image(sight)} cannot run a build, which needs {Shell} in it: {PodReading.Words(said)}"),
        { Reason: NotStarted or NotRun } => new(RunReason.PodDied,
            $"The node could not start the container that the build runs in: {PodReading.Words(ended.Message ?? Code(ended))}"),
        { ExitCode: not 0 } => new(RunReason.ExecDied, $"The container that the build runs in ended from outside ({Code(ended)}).{After(ended)}"),
        _ => null,
    };

    /// <summary>Of a pod whose node says nothing any more.</summary>
    public static PodTrouble NodeLost(PodSight sight) => new(
        RunReason.NodeLost,
        $"{Node(sight)} of the pod does not answer any more; what the run did after its last report is not known.");

    /// <summary>Whether the cluster has given the pod's node up.</summary>
    public static bool IsNodeLost(PodSight sight) => sight.Newest("NodeNotReady", "TaintManagerEviction") is not null
        || sight.Pod?.Status is { Reason: "NodeLost" } or { Phase: "Unknown" };

    private static PodTrouble Deadline() => new(
        RunReason.PodDeadline, "The pod was longer there than the run's timeout and grace allow, so the cluster ended it.");

    private static string Node(PodSight sight) => sight.Pod?.Spec?.NodeName is { Length: > 0 } node ? $"Node {node}" : "The node";

    private static string NameOf(PodSight sight) => sight.Pod is { } pod ? $"Pod {pod.Metadata.Name}" : "The pod";

    private static string Image(PodSight sight) =>
        sight.Pod?.Spec?.Containers.FirstOrDefault(container => container.Name == PodNames.Build)?.Image ?? "of the build";

    private static string Limit(PodSight sight, string name) => sight.Pod?.Spec?.Containers
        .FirstOrDefault(container => container.Name == name)?.Resources?.Limits?.GetValueOrDefault("memory") ?? "its node";

    private static string Code(ContainerTerminated ended) => ended.Signal is > 0 and var signal
        ? string.Create(CultureInfo.InvariantCulture, $"signal {signal}")
        : string.Create(CultureInfo.InvariantCulture, $"exit code {ended.ExitCode}");

    private static string After(ContainerTerminated ended) =>
        ended.Message is { Length: > 0 } message ? $" {PodReading.Words(message)}" : "";
}
