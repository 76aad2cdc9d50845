using System.Globalization;

namespace Kiln.Bench.Measures;

/// <summary>Waits that say on standard error what they wait for, have a limit, and fail in one sentence.</summary>
internal sealed class Waits(TimeProvider time, TextWriter progress)
{
    /// <summary>Waits for what <paramref name="work"/> does.</summary>
    /// <param name="what">What is waited for: the beginning of the sentence when it does not come.</param>
    /// <param name="limit">How long.</param>
    /// <param name="work">The work; its token is cancelled at the limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MeasureFailedException">It did not end in time, or failed.</exception>
    public async Task<T> ForAsync<T>(
        string what, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"kiln-bench: {what}");
        using var timer = new CancellationTokenSource(limit, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await work(limited.Token);
        }
        catch (OperationCanceledException cancelled) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MeasureFailedException(
                string.Create(CultureInfo.InvariantCulture, $"{what}: not done after {limit.TotalSeconds:0} seconds."), cancelled);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidOperationException)
        {
            throw new MeasureFailedException($"{what}: {failure.Message}", failure);
        }
    }

    /// <summary>Waits for what gives nothing back.</summary>
    /// <exception cref="MeasureFailedException">It did not end in time, or failed.</exception>
    public Task ForAsync(string what, TimeSpan limit, Func<CancellationToken, Task> work, CancellationToken cancellationToken) => ForAsync(
        what,
        limit,
        async limited =>
        {
            await work(limited);
            return true;
        },
        cancellationToken);
}
