using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Fixtures;

/// <summary>Time that passes as it is told, and a wall clock that can be set without that.</summary>
internal sealed class WallTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    public TimeSpan SetBy { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetBy;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
