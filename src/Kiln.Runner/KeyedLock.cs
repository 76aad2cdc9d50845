using System.Runtime.InteropServices;

namespace Kiln.Runner;

/// <summary>One lock for each key, kept while somebody holds it or waits for it. Those who wait come in order.</summary>
internal sealed class KeyedLock
{
    private readonly Dictionary<string, Gate> _gates = [];

    /// <summary>Waits for the key; disposing the result lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_gates)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_gates, key, out _);
            gate = known ??= new Gate();
            gate.Users++;
        }
        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, gate);
            throw;
        }
        return new Entry(this, key, gate);
    }

    private void Leave(string key, Gate gate)
    {
        lock (_gates)
        {
            if (--gate.Users == 0)
            {
                _gates.Remove(key);
                gate.Semaphore.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Entry(KeyedLock owner, string key, Gate gate) : IDisposable
    {
        private bool _isLeft;

        public void Dispose()
        {
            if (!_isLeft)
            {
                _isLeft = true;
                gate.Semaphore.Release();
                owner.Leave(key, gate);
            }
        }
    }
}
