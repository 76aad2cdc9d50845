namespace Kiln.Server.Storage;

/// <summary>Work that is looked for every so often, and that one server does for all on a database.</summary>
/// <param name="database">Says who has the duty.</param>
/// <param name="time">Clock of the period.</param>
/// <param name="duty">Name of the duty on the database.</param>
/// <param name="period">Time between two looks.</param>
public abstract class PeriodicDuty(Database database, TimeProvider time, string duty, TimeSpan period) : PeriodicLook(time, period)
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The database that the duty is about.</summary>
    protected Database Database => database;

    /// <summary>There is something to look for at all, by the settings.</summary>
    protected virtual bool IsWanted => true;

    /// <summary>Looks once; does nothing where another server has the duty.</summary>
    public override async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!IsWanted)
        {
            return;
        }
        using var turn = await StandStillAsync(cancellationToken);
        if (await database.HoldAsync(duty, cancellationToken))
        {
            await DoAsync(cancellationToken);
        }
    }

    /// <summary>Does nothing until the result is disposed: what is there stays where it is.</summary>
    public async Task<IDisposable> StandStillAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Still(_turn);
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does what there is to do now; never twice at once.</summary>
    protected abstract Task DoAsync(CancellationToken cancellationToken);

    private sealed class Still(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
