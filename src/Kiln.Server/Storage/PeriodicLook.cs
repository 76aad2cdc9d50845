namespace Kiln.Server.Storage;

/// <summary>Looks every so often whether there is something to do. A look that fails is tried again at the next one.</summary>
/// <param name="time">Clock of the period.</param>
/// <param name="period">Time between two looks.</param>
public abstract class PeriodicLook(TimeProvider time, TimeSpan period) : BackgroundService
{
    /// <summary>Looks once.</summary>
    public abstract Task LookAsync(CancellationToken cancellationToken);

    /// <summary>Unix milliseconds.</summary>
    protected long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Tells of a look that failed.</summary>
    protected abstract void Failed(Exception failure);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A full disk or an absent database now is no reason never to look again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Failed(failure);
            }
        }
    }
}
