namespace Kiln.Contracts.Client;

/// <summary>Where a reader of a log stands.</summary>
public sealed class LogPosition
{
    /// <summary>Bytes that the reader has.</summary>
    public long Offset { get; private set; }

    internal void Advance(int bytes) => Offset += bytes;
}
