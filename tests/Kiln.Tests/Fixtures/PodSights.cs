using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Tests.Fixtures;

/// <summary>Pods and events as an API server tells of them.</summary>
internal static class PodSights
{
    /// <summary>A pod of <see cref="PodOrders.Plain"/>, as it is first seen.</summary>
    public static Pod Pending(LeaseKey key, string owner = "5eed")
    {
        var order = PodOrders.Plain with { Key = key, Place = PodOrders.Plain.Place with { Owner = owner } };
        var template = RunManifest.Of(order).Job.Spec.Template;
        return new Pod
        {
            Metadata = template.Metadata with { Name = $"{PodNames.Of(key)}-abcde", Uid = $"uid-of-{PodNames.Of(key)}" },
            Spec = template.Spec,
            Status = new PodStatus { Phase = "Pending" },
        };
    }

    public static Pod Running(this Pod pod) => pod with
    {
        Spec = pod.Spec! with { NodeName = "node1" },
        Status = new PodStatus
        {
            Phase = "Running",
            ContainerStatuses = [Container("kiln", new ContainerState { Running = new() }), Container("build", new ContainerState { Running = new() })],
        },
    };

    public static Pod With(this Pod pod, string container, ContainerState state) => pod with
    {
        Status = pod.Status with
        {
            ContainerStatuses = [.. pod.Status.ContainerStatuses.Where(known => known.Name != container), Container(container, state)],
        },
    };

    public static Pod Unscheduled(this Pod pod, string message) => pod with
    {
        Status = pod.Status with
        {
            Conditions = [new PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = message }],
        },
    };

    public static Pod Ended(this Pod pod, string phase, string? reason = null, string? message = null) => pod with
    {
        Status = pod.Status with { Phase = phase, Reason = reason, Message = message },
    };

    public static Pod Deleted(this Pod pod) => pod with
    {
        Metadata = pod.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch },
    };

    public static ContainerState Waiting(string reason, string? message = null) =>
        new() { Waiting = new() { Reason = reason, Message = message } };

    public static ContainerState Terminated(int exitCode, string? reason = null, string? message = null) =>
        new() { Terminated = new() { ExitCode = exitCode, Reason = reason, Message = message } };

    public static ClusterEvent Said(string reason, string message, string kind = "Pod", string name = "kiln-12-1-3-abcde", bool isWarning = true) => new()
    {
        Metadata = new ObjectMeta { Name = $"{name}.{Guid.NewGuid():n}", Uid = Guid.NewGuid().ToString() },
        InvolvedObject = new EventSubject(kind, name),
        Type = isWarning ? "Warning" : "Normal",
        Reason = reason,
        Message = message,
    };

    private static ContainerStatus Container(string name, ContainerState state) => new() { Name = name, Image = "", State = state };
}
