using System.Text.Json;
using CsCheck;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Runs;
using Kiln.Server.Runs.State;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Runs;

public sealed class RunReducerTests
{
    private const long Now = 1_000_000;

    private static readonly AttemptState Queued = AttemptState.New(
        FakePlans.Script() with
        {
            Steps = [new PlannedStep.Checkout(), new PlannedStep.Script("shell", ""), new PlannedStep.PostScript("")],
        },
        isResolving: false,
        nowMs: 1_000);

    // What a runner may say, in any order: the reducer has to bear a runner with a bug, too.
    private static readonly Gen<RunEvent> AnyEvent = Gen.OneOf(
        Gen.Const<RunEvent>(new RunEvent.Begun { Seq = 0, AtMs = 2_000 }),
        Gen.Select(Gen.OneOf("checkout", "script", "post_script", "unknown"), Gen.Long[0, 99],
            (name, at) => (RunEvent)new RunEvent.StepStarted(name, at) { Seq = 0, AtMs = 3_000 }),
        Gen.Select(Gen.OneOf("checkout", "script", "unknown"), Gen.Enum<StepStatus>(),
            (name, status) => (RunEvent)new RunEvent.StepEnded(name, status, 9, "") { Seq = 0, AtMs = 4_000 }),
        Gen.Int[0, 2].Select(index => (RunEvent)new RunEvent.RepoCheckedOut(index, "c0ffee", "fix") { Seq = 0, AtMs = 4_000 }),
        Gen.OneOf("a", "b").Select(path =>
            (RunEvent)new RunEvent.ArtifactStored(new RunArtifact(path, "file", 1, "00")) { Seq = 0, AtMs = 5_000 }),
        Gen.Const<RunEvent>(new RunEvent.Noticed(RunReason.LogBackpressure, "slow") { Seq = 0, AtMs = 5_000 }),
        Gen.Enum<RunStatus>().Select(status =>
            (RunEvent)new RunEvent.Ended(status, "why", "Because.", 1, 9) { Seq = 0, AtMs = 6_000 }));

    private static readonly Gen<RunEvent[]> Events =
        AnyEvent.Array[0, 12].Select(events => events.Select((happened, i) => happened with { Seq = i + 1 }).ToArray());

    [Fact]
    public void A_skipped_step_has_no_byte_of_the_log()
    {
        var state = RunReducer.Apply(Queued, new RunEvent.StepStarted("checkout", 0) { Seq = 1, AtMs = 2_000 }, Now);
        state = RunReducer.Apply(state, new RunEvent.StepEnded("checkout", StepStatus.Cancelled, 218, "") { Seq = 2, AtMs = 3_000 }, Now);
        state = RunReducer.Apply(state, new RunEvent.StepEnded("script", StepStatus.Skipped, 218, "") { Seq = 3, AtMs = 3_000 }, Now);

        Assert.Equal([(0, 218), (218, 218)], state.Steps.Take(2).Select(step => ((int)step.LogStart, (int)step.LogEnd)));
    }

    [Fact]
    public void However_batches_are_repeated_and_overlap_the_state_is_the_same() =>
        Gen.Select(Events, Gen.Int[0, 12].Array[0, 8]).Sample((events, cuts) =>
        {
            var state = Queued;
            foreach (var cut in cuts)
            {
                // A runner sends from where it thinks the server is: never behind a gap, often from before.
                var from = Math.Min(cut, (int)state.Seq);
                state = Fold(state, events[from..Math.Min(events.Length, from + 5)]);
            }
            return Text(Fold(state, events)) == Text(Fold(Queued, events));
        });

    [Fact]
    public void An_event_behind_a_gap_changes_nothing() =>
        Events.Where(events => events.Length > 1).Sample(events => ReferenceEquals(Queued, Fold(Queued, events[1..])));

    [Fact]
    public void Nothing_changes_an_end_and_a_closed_attempt_has_no_open_step() => Events.Sample(events =>
    {
        var ended = RunReducer.Apply(
            Fold(Queued, events), new RunEvent.Ended(RunStatus.Failed, "r", "M.", 3, 9) { Seq = events.Length + 1, AtMs = 0 }, Now);
        Assert.True(ended.IsFinal);
        Assert.DoesNotContain(ended.Steps.Take(3), step => step.Status is StepStatus.Waiting);
        Assert.Same(ended, RunReducer.Apply(ended, new RunFact.Lost("x", "y"), Now));
        Assert.Same(ended, RunReducer.Apply(ended, new RunFact.CancelledWaiting("me"), Now));
    });

    [Fact]
    public void A_lost_attempt_whose_runner_comes_back_ends_as_if_it_had_never_been_lost() => Events.Sample(events =>
    {
        var half = events.Length / 2;
        var before = Fold(Queued, events[..half]);
        if (before.IsFinal)
        {
            return;
        }
        var lost = RunReducer.Apply(before, new RunFact.Lost(RunReason.HostLost, "Silent."), Now);
        var back = RunReducer.Apply(lost, new RunFact.HostReturned(), Now);
        Assert.Equal(before.Status, back.Status);
        var all = Fold(Queued, events);
        var resumed = Fold(back, events[half..]);
        Assert.Equal(
            (all.Status, all.Seq, all.ExitCode, all.Steps.Count),
            (resumed.Status, resumed.Seq, resumed.ExitCode, resumed.Steps.Count));
    });

    [Fact]
    public void Checkout_is_preparation_and_the_first_other_step_makes_the_run_running()
    {
        var begun = RunReducer.Apply(Queued, new RunEvent.Begun { Seq = 1, AtMs = 5_000 }, Now);
        Assert.Equal((RunStatus.Prepare, 5_000), (begun.Status, begun.StartedAt));
        var checkout = RunReducer.Apply(begun, new RunEvent.StepStarted("checkout", 0) { Seq = 2, AtMs = 5_000 }, Now);
        Assert.Equal(RunStatus.Prepare, checkout.Status);
        var script = RunReducer.Apply(checkout, new RunEvent.StepStarted("script", 7) { Seq = 3, AtMs = 5_000 }, Now);
        Assert.Equal(RunStatus.Running, script.Status);
    }

    [Fact]
    public void A_runner_whose_clock_is_ahead_or_behind_does_not_bend_time()
    {
        var ahead = RunReducer.Apply(Queued, new RunEvent.Begun { Seq = 1, AtMs = Now + 99 }, Now);
        var behind = RunReducer.Apply(Queued, new RunEvent.Begun { Seq = 1, AtMs = 1 }, Now);
        Assert.Equal((Now, Queued.QueuedAt), (ahead.StartedAt, behind.StartedAt));
    }

    private static AttemptState Fold(AttemptState state, RunEvent[] events) =>
        events.Aggregate(state, (now, happened) => RunReducer.Apply(now, happened, Now));

    private static string Text(AttemptState state) => JsonSerializer.Serialize(state, RunsJson.Default.AttemptState);
}
