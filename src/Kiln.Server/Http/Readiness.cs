using System.Collections.Concurrent;

namespace Kiln.Server.Http;

/// <summary>What must be done before the server calls itself ready. Safe for concurrent use.</summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string> _waiting = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is not done yet, in words; empty = ready.</summary>
    public IReadOnlyCollection<string> Waiting => [.. _waiting.Values];

    /// <summary>Completes when nothing is waited for. Read it after every gate that there will be is held.</summary>
    public Task Reached => _waiting.IsEmpty ? Task.CompletedTask : _reached.Task;

    /// <summary>Holds readiness back until <see cref="Done"/>.</summary>
    /// <param name="gate">Name of the matter.</param>
    /// <param name="sentence">Why the server is not ready while it is open.</param>
    public void HoldFor(string gate, string sentence) => _waiting[gate] = sentence;

    /// <summary>Opens a gate.</summary>
    public void Done(string gate)
    {
        _waiting.TryRemove(gate, out _);
        if (_waiting.IsEmpty)
        {
            _reached.TrySetResult();
        }
    }
}
