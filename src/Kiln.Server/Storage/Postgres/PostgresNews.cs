using System.Text;
using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>
/// News between servers by LISTEN and NOTIFY. What is told while a message is under way goes with the next one, so many news
/// cost few messages and a lone one no delay; equal ones are one. None is in a transaction of a write: there, NOTIFY would make
/// all commits wait for each other.
/// </summary>
internal sealed class PostgresNews(NpgsqlDataSource source) : IAsyncDisposable
{
    private const string Channel = "kiln";

    // PostgreSQL takes less than 8000 bytes.
    private const int MessageBytes = 7000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _told = new(0);
    private readonly Lock _gate = new();
    private readonly List<Task> _loops = [];
    private HashSet<string> _waiting = new(StringComparer.Ordinal);

    public void Tell(string news)
    {
        lock (_gate)
        {
            if (_waiting.Add(news) && _waiting.Count == 1)
            {
                _told.Release();
            }
        }
    }

    public void Hear(Action<string?> heard)
    {
        _loops.Add(Task.Run(() => ListenAsync(heard, _stopping.Token)));
        _loops.Add(Task.Run(() => SendAsync(_stopping.Token)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _told.Dispose();
    }

    private async Task ListenAsync(Action<string?> heard, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, message) => Split(message.Payload, heard);
                await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                }
                heard(null);
                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException)
            {
                await PauseAsync(cancellationToken);
            }
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _told.WaitAsync(cancellationToken);
            HashSet<string> news;
            lock (_gate)
            {
                (news, _waiting) = (_waiting, new HashSet<string>(StringComparer.Ordinal));
            }
            foreach (var message in Messages(news))
            {
                await SendAsync(message, cancellationToken);
            }
        }
    }

    private async Task SendAsync(string message, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var command = source.CreateCommand($"select pg_notify('{Channel}', $1)");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = message });
                await command.ExecuteNonQueryAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException)
            {
                await PauseAsync(cancellationToken);
            }
        }
    }

    // A message: the sender, then a line for each of the news.
    private IEnumerable<string> Messages(HashSet<string> news)
    {
        var message = new StringBuilder(_self);
        var bytes = message.Length;
        foreach (var line in news)
        {
            var size = Encoding.UTF8.GetByteCount(line) + 1;
            if (bytes + size > MessageBytes)
            {
                yield return message.ToString();
                message.Clear().Append(_self);
                bytes = message.Length;
            }
            message.Append('\n').Append(line);
            bytes += size;
        }
        yield return message.ToString();
    }

    private void Split(string message, Action<string?> heard)
    {
        var lines = message.Split('\n');
        if (lines[0] == _self)
        {
            return;
        }
        foreach (var line in lines.AsSpan(1))
        {
            heard(line);
        }
    }

    // By the real clock: this waits for another process.
    private static Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(Pause, TimeProvider.System, cancellationToken);
}
