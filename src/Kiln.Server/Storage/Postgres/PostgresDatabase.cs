using System.Data;
using System.Diagnostics;
using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>
/// PostgreSQL 15 or newer, shared by any number of servers. Writes are serialisable transactions side by side: one that met
/// another is run again, behind the others that have to; one that met a database going down waits for it to come back.
/// </summary>
public sealed class PostgresDatabase : Database
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresSequences _sequences;
    private readonly PostgresNews _news;
    private readonly PostgresDuties _duties;

    // Those who run again do so one after the other: among themselves they cannot meet any more.
    private readonly SemaphoreSlim _again = new(1);

    internal PostgresDatabase(NpgsqlDataSource source)
    {
        _source = source;
        _sequences = new PostgresSequences(source);
        _news = new PostgresNews(source);
        _duties = new PostgresDuties(source);
    }

    public override bool IsShared => true;

    public override async Task<T> WriteAsync<T>(Func<SqlSession, ValueTask<T>> write, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var mayRepeat = true;
        var isInTurn = false;
        var absences = 0;
        try
        {
            while (true)
            {
                try
                {
                    mayRepeat = true;
                    using var session = await OpenAsync(IsolationLevel.Serializable, cancellationToken);
                    var result = await write(session.Sql);
                    // Cut off in a commit, nobody knows whether it happened: the caller is told, nothing is run again.
                    mayRepeat = false;
                    await session.CommitAsync();
                    return result;
                }
                catch (PostgresException conflict) when (
                    PostgresFailure.IsConflict(conflict) && Stopwatch.GetElapsedTime(began) < Patience)
                {
                    if (!isInTurn)
                    {
                        await _again.WaitAsync(cancellationToken);
                        isInTurn = true;
                    }
                }
                catch (NpgsqlException absence) when (
                    mayRepeat && PostgresFailure.IsAbsence(absence) && Stopwatch.GetElapsedTime(began) < Patience)
                {
                    await PauseAsync(absences++, cancellationToken);
                }
            }
        }
        finally
        {
            if (isInTurn)
            {
                _again.Release();
            }
        }
    }

    public override async Task<T> ReadAsync<T>(Func<SqlSession, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        for (var absences = 0; ; absences++)
        {
            try
            {
                using var session = await OpenAsync(IsolationLevel.RepeatableRead, cancellationToken);
                session.Sql.BeginWith(cancellationToken);
                var result = await read(session.Sql);
                await session.CommitAsync();
                return result;
            }
            catch (NpgsqlException absence) when (
                PostgresFailure.IsAbsence(absence) && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await PauseAsync(absences, cancellationToken);
            }
        }
    }

    public override ValueTask<long> AllocateAsync(string table, string column, CancellationToken cancellationToken) =>
        _sequences.NextAsync(table, column, cancellationToken);

    public override void Tell(string news) => _news.Tell(news);

    public override void Hear(Action<string?> heard) => _news.Hear(heard);

    public override ValueTask<bool> HoldAsync(string duty, CancellationToken cancellationToken) =>
        _duties.HoldAsync(duty, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _news.DisposeAsync();
        await _duties.DisposeAsync();
        await _source.DisposeAsync();
        _sequences.Dispose();
        _again.Dispose();
    }

    private async Task<PostgresTransaction> OpenAsync(IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        return new PostgresTransaction(connection, await connection.BeginTransactionAsync(isolation, cancellationToken));
    }

    // By the real clock: this waits for another process.
    private static Task PauseAsync(int absences, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(absences, 5)));
        return Task.Delay(pause < LongestPause ? pause : LongestPause, TimeProvider.System, cancellationToken);
    }
}
