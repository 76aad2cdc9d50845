using System.Text.Json.Serialization;

namespace Kiln.Contracts.Runs;

/// <summary>Where a run (or an attempt of it) stands. The last five are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("prepare")] Prepare,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("passed")] Passed,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("timeout")] Timeout,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
    [JsonStringEnumMemberName("lost")] Lost,
}

/// <summary>Where a step stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus
{
    [JsonStringEnumMemberName("waiting")] Waiting,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("passed")] Passed,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("timeout")] Timeout,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
    [JsonStringEnumMemberName("skipped")] Skipped,
}

/// <summary>
/// Machine reasons of a run that waits or did not pass. Stable words for clients; the sentence beside them is for people.
/// </summary>
public static class RunReason
{
    // Waiting.
    public const string ResolvingCommits = "resolving_commits";
    public const string NoHost = "no_host";
    public const string NoHostWithLabels = "no_host_with_labels";
    public const string HostsBusy = "hosts_busy";
    public const string BuildLimit = "build_limit";
    public const string ProjectLimit = "project_limit";
    public const string Starting = "starting";
    public const string HostUnreachable = "host_unreachable";
    public const string WorkspaceHostAway = "workspace_host_away";
    public const string LogBackpressure = "log_backpressure";

    public const string NoCluster = "no_cluster";
    public const string ClusterUnreachable = "cluster_unreachable";
    public const string ClusterBusy = "cluster_busy";
    public const string PodQuota = "pod_quota";
    public const string PodUnschedulable = "pod_unschedulable";
    public const string PodVolumes = "pod_volumes";
    public const string ImagePull = "image_pull";

    // The user's own failure.
    public const string ScriptFailed = "script_failed";
    public const string ScriptKilled = "script_killed";
    public const string CheckoutFailed = "checkout_failed";
    public const string MergeConflict = "merge_conflict";
    public const string RefNotFound = "ref_not_found";
    public const string CodeHostUnreachable = "codehost_unreachable";
    public const string CodeHostAuth = "codehost_auth";
    public const string CodeHostUntrusted = "codehost_untrusted";
    public const string CommitGone = "commit_gone";
    public const string PackageUnreachable = "package_unreachable";
    public const string PackageMissing = "package_missing";
    public const string PackageAuth = "package_auth";
    public const string PackageChecksum = "package_checksum";
    public const string PackageFailed = "package_failed";
    public const string ImageBuildFailed = "image_build_failed";
    public const string ImagePushFailed = "image_push_failed";
    public const string DockerfileMissing = "dockerfile_missing";
    public const string RegistryAuth = "registry_auth";
    public const string RegistryUnreachable = "registry_unreachable";
    public const string RegistryUntrusted = "registry_untrusted";
    public const string OutputInvalid = "output_invalid";
    public const string ArchiveMissing = "archive_missing";
    public const string ArchiveFailed = "archive_failed";
    public const string UploadMissing = "upload_missing";
    public const string UploadFailed = "upload_failed";
    public const string StorageUnreachable = "storage_unreachable";
    public const string StorageAuth = "storage_auth";
    public const string StorageUntrusted = "storage_untrusted";
    public const string StorageMissing = "storage_missing";
    public const string StorageFull = "storage_full";
    public const string WorkspaceGone = "workspace_gone";

    // Ends that are not a verdict over the script.
    public const string RunTimeout = "run_timeout";
    public const string QueueTimeout = "queue_timeout";
    public const string CancelledByUser = "cancelled_by_user";
    public const string Superseded = "superseded";

    // Infrastructure.
    public const string ExecDied = "exec_died";
    public const string ExecFailed = "exec_failed";
    public const string HostLost = "host_lost";
    public const string HostLostRun = "host_lost_run";
    public const string OomKilled = "oom_killed";
    public const string PodEvicted = "pod_evicted";
    public const string NodeLost = "node_lost";
    public const string ImagePullFailed = "image_pull_failed";
    public const string PodDeadline = "pod_deadline";
    public const string PodDeleted = "pod_deleted";
    public const string PodDied = "pod_died";
    public const string PodRefused = "pod_refused";
    public const string AgentStopped = "agent_stopped";
    public const string DiskFull = "disk_full";
    public const string ToolMissing = "tool_missing";
    public const string ContainerGone = "container_gone";
    public const string InternalError = "internal_error";
}
