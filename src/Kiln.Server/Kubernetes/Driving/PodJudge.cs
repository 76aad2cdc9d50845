using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Kubernetes.Stands;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Queue.Pods;
using Kiln.Server.Settings;

namespace Kiln.Server.Kubernetes.Driving;

/// <summary>Decides from what is known of a lease what its run is told, and whether it is over. Only what is new is stored.</summary>
/// <param name="clusterName">Name of the cluster, for people.</param>
/// <param name="world">Settings.</param>
/// <param name="desk">Where decisions go.</param>
/// <param name="hearing">How long pods say nothing.</param>
/// <param name="telemetry">Clocks.</param>
internal sealed class PodJudge(string clusterName, DriverWorld world, LeaseDesk desk, PodHearing hearing, DriverTelemetry telemetry)
{
    // How long a runner whose script's container has ended may take to tell the end itself.
    private static readonly TimeSpan TroublePatience = TimeSpan.FromSeconds(30);

    // Beyond the grace: for the runner to deliver the end of a run that was stopped.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    // Pods that begin at once are not worth a word.
    private static readonly TimeSpan UsualStart = TimeSpan.FromSeconds(1);

    /// <summary>Judges a lease that has not ended.</summary>
    public async Task JudgeAsync(PodCase one, CancellationToken cancellationToken)
    {
        if (one.Unsaid.Count > 0)
        {
            await desk.NoticeAsync(one.Key, [.. one.Unsaid], cancellationToken);
            one.Unsaid.Clear();
        }
        var stand = StandOf(one);
        if (one.Stop is { } stop && await StopAsync(one, stop, cancellationToken))
        {
            return;
        }
        switch (stand)
        {
            case PodStand.Waits waits:
                await WaitAsync(one, waits, cancellationToken);
                // A node that died a moment after it began has never told the cluster so.
                if (one is { HasEnded: false, Pod: not null } && HasBegun(one))
                {
                    await HearAsync(one, cancellationToken);
                }
                break;
            case PodStand.Runs:
                one.DoubtSince = 0;
                await TellAsync(one, "", "", cancellationToken);
                await HearAsync(one, cancellationToken);
                break;
            case PodStand.Troubled { Trouble: var trouble }:
                await TroubleAsync(one, trouble, cancellationToken);
                break;
            case PodStand.Over { Trouble: var trouble }:
                if (await desk.HasEndedAsync(one.Key, cancellationToken))
                {
                    one.End(endsByItself: true); // Its runner said so before it went, to whichever server.
                    break;
                }
                await desk.TroubleAsync(one.Key, trouble, cancellationToken);
                await EndAsync(one, trouble, cancellationToken);
                break;
            default:
                throw new InvalidOperationException("A kind of stand is missing here.");
        }
    }

    /// <summary>Ends a lease whose objects the cluster does not take.</summary>
    public Task RefuseAsync(PodCase one, string message, CancellationToken cancellationToken) =>
        EndAsync(one, new PodTrouble(RunReason.PodRefused, message), cancellationToken);

    // A pod may be there before all that it needs is: what it waits for then is what could not be made.
    private static PodStand StandOf(PodCase one)
    {
        var stand = one.IsPodGone ? (PodStand)PodReading.OfGone(one.Sight)
            : one is { IsMade: false, Pod: null } ? new PodStand.Waits(RunReason.Starting, "The run's objects are being made.", PodHope.Good)
            : PodReading.Of(one.Sight);
        return stand is PodStand.Waits && one.Delay is { } delay ? new PodStand.Waits(delay.Reason, delay.Message, PodHope.Good) : stand;
    }

    private async Task WaitAsync(PodCase one, PodStand.Waits waits, CancellationToken cancellationToken)
    {
        one.DoubtSince = waits.Hope == PodHope.Good ? 0 : one.DoubtSince == 0 ? telemetry.Time.GetTimestamp() : one.DoubtSince;
        if (waits.Hope == PodHope.None || one.Elapsed(one.DoubtSince, world.Options.PodPullTimeout))
        {
            await TroubleAsync(
                one, new PodTrouble(waits.Reason == RunReason.ImagePull ? RunReason.ImagePullFailed : RunReason.PodRefused, waits.Message),
                cancellationToken);
        }
        else if (!HasBegun(one) && telemetry.Clock.Since(one.QueuedAt) > world.Options.QueueTimeout.TotalMilliseconds)
        {
            await desk.TellAsync(one.Key, cancellationToken);
            await desk.TimedOutAsync(
                one.Key, $"The run's pod did not begin within {Durations.Spoken(world.Options.QueueTimeout)}. {waits.Message}", cancellationToken);
            one.End();
        }
        else if (waits.Reason != RunReason.Starting || one.Elapsed(one.Since, UsualStart))
        {
            await TellAsync(one, waits.Reason, waits.Message, cancellationToken);
        }
    }

    private async Task TellAsync(PodCase one, string reason, string message, CancellationToken cancellationToken)
    {
        if (one.Told != (reason, message))
        {
            one.Told = (reason, message);
            await desk.WaitsAsync(one.Key, reason, message, cancellationToken);
        }
    }

    // True: there is nothing else to find out about it.
    private async Task<bool> StopAsync(PodCase one, StopOrder stop, CancellationToken cancellationToken)
    {
        one.StopSince = one.StopSince == 0 ? telemetry.Time.GetTimestamp() : one.StopSince;
        if (!HasBegun(one))
        {
            await desk.TellAsync(one.Key, cancellationToken);
            await desk.StoppedAsync(stop, stop.Message, cancellationToken);
            one.End();
            return true;
        }
        if (one.Elapsed(one.StopSince, world.Options.Grace + StopPatience))
        {
            await desk.StoppedAsync(stop, $"{stop.Message} Its pod did not answer and was deleted.", cancellationToken);
            one.End();
            return true;
        }
        return false;
    }

    private async Task HearAsync(PodCase one, CancellationToken cancellationToken)
    {
        var (silence, wasHeard) = hearing.Silence(one.Key);
        var pod = $"Pod {one.Pod!.Metadata.Name} in cluster {clusterName}";
        if (silence < HostRoster.ReachablePeriod)
        {
            one.IsSilentTold = false;
        }
        else if (silence >= world.Options.LostAfter)
        {
            await EndAsync(one, Lost(one, pod, wasHeard), cancellationToken);
        }
        else if (!one.IsSilentTold)
        {
            one.IsSilentTold = true;
            await (wasHeard || one.IsBegun
                ? desk.SilentAsync(one.Key, pod, cancellationToken)
                : desk.WaitsAsync(one.Key, RunReason.HostUnreachable, $"{pod} runs and has not called this server: {Address()}", cancellationToken));
        }
    }

    private PodTrouble Lost(PodCase one, string pod, bool wasHeard) =>
        PodEnds.IsNodeLost(one.Sight) ? PodEnds.NodeLost(one.Sight)
        : wasHeard || one.IsBegun ? new(RunReason.HostLost, $"{pod} has not answered for {Durations.Spoken(world.Options.LostAfter)}.")
        : new(RunReason.HostLost, $"{pod} has never called this server: {Address()}");

    private string Address() => $"it was given the address {world.ServerUrl.AbsoluteUri} (pod_server_url), which must lead here from inside of pods.";

    private bool HasBegun(PodCase one) => one.IsBegun || hearing.Silence(one.Key).WasHeard;

    // Its runner, if there is one, tells the end itself, with the rest of the log.
    private async Task TroubleAsync(PodCase one, PodTrouble trouble, CancellationToken cancellationToken)
    {
        if (one.TroubleSince == 0)
        {
            one.TroubleSince = telemetry.Time.GetTimestamp();
            await desk.TroubleAsync(one.Key, trouble, cancellationToken);
        }
        if (!HasBegun(one) || one.Elapsed(one.TroubleSince, TroublePatience))
        {
            await EndAsync(one, trouble, cancellationToken);
        }
    }

    private async Task EndAsync(PodCase one, PodTrouble why, CancellationToken cancellationToken)
    {
        if (!HasBegun(one))
        {
            await desk.TellAsync(one.Key, cancellationToken);
        }
        await desk.EndAsync(one.Key, why, cancellationToken);
        one.End();
    }
}
