using System.Globalization;
using Kiln.Server.Runs;
using Kiln.Server.Storage;

namespace Kiln.Server.Queue;

/// <summary>
/// Carries signals and rings between the servers of one database: <c>run 12</c>, <c>ring AGENT</c>, <c>ring </c> (who has room), <c>work NEED NEED</c>,
/// <c>commits</c>. After a break in hearing everybody is woken.
/// </summary>
internal sealed class SignalRelay(Database database, RunSignals signals, QueueBells bells) : IHostedService
{
    private const string Run = "run ";
    private const string Ring = "ring ";
    private const string Work = "work";
    private const string Commits = "commits";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (database.IsShared)
        {
            signals.TellChanged = runId => database.Tell(string.Create(CultureInfo.InvariantCulture, $"{Run}{runId}"));
            signals.TellCommitsWanted = () => database.Tell(Commits);
            bells.TellRung = agentId => database.Tell(Ring + agentId);
            bells.TellWork = needs => database.Tell(string.Join(' ', [Work, .. needs.Select(Uri.EscapeDataString)]));
            database.Hear(Heard);
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Heard(string? news)
    {
        if (news is null)
        {
            signals.AnyChangedElsewhere();
            signals.CommitsMayBeWanted();
            bells.RingAll();
        }
        else if (news == Commits)
        {
            signals.CommitsMayBeWanted();
        }
        else if (news.Split(' ') is [Work, .. var needs])
        {
            bells.RingWorkElsewhere([.. needs.Select(Uri.UnescapeDataString)]);
        }
        else if (news == Ring)
        {
            bells.RingRoomElsewhere();
        }
        else if (news.StartsWith(Ring, StringComparison.Ordinal))
        {
            bells.RingElsewhere(news[Ring.Length..]);
        }
        else if (news.StartsWith(Run, StringComparison.Ordinal)
            && long.TryParse(news.AsSpan(Run.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var runId))
        {
            signals.ChangedElsewhere(runId);
        }
    }
}
