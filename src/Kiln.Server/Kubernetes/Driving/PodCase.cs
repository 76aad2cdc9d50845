using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Stands;
using Kiln.Server.Kubernetes.Watching;
using Kiln.Server.Queue;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>What a driver knows of one lease. Only the driver's loop touches it; times are stamps of its clock.</summary>
internal sealed class PodCase(LeaseKey key, TimeProvider time)
{
    // What every pod goes through that nothing is wrong with, and what some clusters say of each.
    private static readonly HashSet<string> Usual = new(StringComparer.Ordinal) { "Pulled", "Created", "Started", "MissingClusterDNS" };

    private readonly List<ClusterEvent> _events = [];

    public LeaseKey Key => key;

    /// <summary>Pauses between attempts at making or removing its objects.</summary>
    public Backoff Pauses { get; } = ClusterPauses.Of(time);

    /// <summary>Since when its attempt waits, Unix milliseconds.</summary>
    public long QueuedAt { get; init; }

    /// <summary>When the driver took it up.</summary>
    public long Since { get; } = time.GetTimestamp();

    /// <summary>Its pod has asked for the spec, so its script may have run.</summary>
    public bool IsBegun { get; set; }

    public StopOrder? Stop { get; private set; }

    /// <summary>All of its objects are there: they were made, or its pod could ask for the spec.</summary>
    public bool IsMade { get; set; }

    /// <summary>All of them but the Job are known to be the Job's, and go with it.</summary>
    public bool IsOwned { get; set; }

    /// <summary>Objects are being made or removed.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Not before then are objects made or removed again.</summary>
    public long NextTry { get; set; }

    /// <summary>Why objects could not be made; <c>null</c> = they can, as far as is known.</summary>
    public Making.Later? Delay { get; set; }

    /// <summary>The lease is no more: what is left of it in the cluster goes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>It was found in the cluster without a lease.</summary>
    public bool IsLeftOver { get; init; }

    public Pod? Pod { get; private set; }

    public bool IsPodGone { get; private set; }

    public PodSight Sight => new(Pod, _events);

    // Since when something is so; 0 = it is not.
    public long EndedSince { get; private set; }

    public long StopSince { get; set; }

    public long DoubtSince { get; set; }

    public long TroubleSince { get; set; }

    /// <summary>What was said last about its waiting.</summary>
    public (string Reason, string Message) Told { get; set; } = ("", "");

    public bool IsSilentTold { get; set; }

    /// <summary>Sentences that its runner is to be told and that are not stored yet.</summary>
    public List<string> Unsaid { get; } = [];

    /// <summary>Its runner told the end, so its containers end by themselves; else nobody waits for them.</summary>
    public bool EndsByItself { get; private set; }

    public void End(bool endsByItself = false)
    {
        if (!HasEnded)
        {
            (HasEnded, EndsByItself) = (true, endsByItself);
            EndedSince = time.GetTimestamp();
            NextTry = 0;
        }
    }

    /// <summary>Takes how its lease stands; false when that was known.</summary>
    public bool Take(ActiveLease lease)
    {
        var isNew = (lease.IsReported && !IsBegun) || (lease.Stop is not null && Stop is null);
        IsBegun |= lease.IsReported;
        IsMade |= IsBegun;
        Stop ??= lease.Stop;
        return isNew;
    }

    /// <summary>Takes a pod's newer state; false when it is not this lease's first pod. A Job may make another, which counts for nothing.</summary>
    public bool See(Pod pod, bool isGone)
    {
        if (Pod is not null && Pod.Metadata.Uid != pod.Metadata.Uid)
        {
            return false;
        }
        Pod = pod;
        IsPodGone |= isGone;
        return true;
    }

    /// <summary>The pod that was known is not there any more.</summary>
    public void Miss() => IsPodGone = true;

    /// <summary>Takes what the cluster says; the same event again, counted up, counts as newer.</summary>
    public void Hear(ClusterEvent said)
    {
        _events.RemoveAll(known => known.Metadata.Uid == said.Metadata.Uid && known.Metadata.Name == said.Metadata.Name);
        _events.Add(said);
        if ((said.InvolvedObject.Kind == "Pod" || said.IsWarning) && !Usual.Contains(said.Reason))
        {
            var sentence = $"{said.Reason}: {PodReading.Words(said.Message)}";
            if (!Unsaid.Contains(sentence))
            {
                Unsaid.Add(sentence);
            }
        }
    }

    /// <summary>Whether its pod has a volume of this claim.</summary>
    public bool Mounts(string claim) => Pod?.Spec?.Volumes?.Any(volume => volume.PersistentVolumeClaim?.ClaimName == claim) ?? false;

    public bool Elapsed(long since, TimeSpan period) => since != 0 && time.GetElapsedTime(since) >= period;
}
