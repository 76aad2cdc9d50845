using Kiln.Contracts.Protocol;
using Kiln.Runner;

namespace Kiln.Agent;

/// <summary>One attempt in work. An order that comes before its runner is kept for it.</summary>
internal sealed class ActiveRun
{
    private readonly Lock _lock = new();
    private AttemptRunner? _runner;
    private StopOrder? _early;

    /// <summary>Ends when the attempt is no longer in work; never fails.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    public void Attach(AttemptRunner runner)
    {
        lock (_lock)
        {
            _runner = runner;
        }
        if (_early is { } order)
        {
            runner.Stop(order);
        }
    }

    public void Stop(StopOrder order)
    {
        AttemptRunner? runner;
        lock (_lock)
        {
            _early ??= order;
            runner = _runner;
        }
        runner?.Stop(order);
    }
}
