using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Mask;
using Kiln.Exec.Spool;

namespace Kiln.Exec;

/// <summary>The way of every byte: pipe, masker, spool.</summary>
internal sealed class RunLog(LogSpool spool)
{
    private const int ReadSize = 256 * 1024;

    private readonly SecretSet _secrets = new();
    private readonly ByteSink _masked = new(ReadSize + 4096);
    private byte[]? _buffer;
    private Masker? _stream;

    public long Length => spool.Length;

    public bool HasRoom() => spool.HasRoom();

    public void Acknowledge(long length) => spool.Acknowledge(length);

    public void AddSecrets(IReadOnlyList<string> values) => _secrets.Add(values);

    /// <summary>Kiln's own lines; a process's unfinished line before them is ended, what the masker holds of it stays held.</summary>
    public void Say(string text)
    {
        var lines = new StringBuilder();
        if (spool.EndsInsideLine)
        {
            lines.Append('\n');
        }

        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            lines.Append("\e[2m[kiln]\e[0m ").Append(line).Append('\n');
        }

        MaskWhole(Encoding.UTF8.GetBytes(lines.ToString()));
        spool.Append(_masked.Written);
    }

    /// <summary>Takes what a command has written; false when there was nothing.</summary>
    public bool Take(Running running)
    {
        var buffer = _buffer ??= new byte[ReadSize];
        if (running.Capture is { } capture && capture.Channel.Read(buffer) is > 0 and var captured)
        {
            capture.Append(buffer.AsSpan(0, captured));
        }

        var read = running.Output.Read(buffer);
        if (read == 0)
        {
            return false;
        }

        _masked.Clear();
        _stream ??= new Masker(_secrets, obeysAddMask: true);
        _stream.Append(buffer.AsSpan(0, read), _masked);
        spool.Append(_masked.Written);
        return true;
    }

    /// <summary>Reads both pipes to their end; nobody is left who could write.</summary>
    public void Drain(Running running)
    {
        while (Take(running))
        {
        }

        while (running.Capture is { } capture && capture.Channel.Read(_buffer) is > 0 and var captured)
        {
            capture.Append(_buffer.AsSpan(0, captured));
        }

        running.Output.Close();
        running.Capture?.Channel.Close();
    }

    /// <summary>The stream is over: gives what the masker held. Returns the bytes lost to a full disk.</summary>
    public long EndStream()
    {
        _masked.Clear();
        _stream?.Finish(_masked);
        spool.Append(_masked.Written);
        return spool.Settle();
    }

    /// <summary>The notice with no secret in it, for the journal.</summary>
    public ExecNotice.Ended Masked(ExecNotice.Ended ended) => ended with
    {
        Outputs = [.. ended.Outputs.Select(output => KeyValuePair.Create(output.Key, MaskedText(output.Value)))],
        Captured = ended.Captured is { } captured ? MaskedText(captured) : null,
    };

    private string MaskedText(string text)
    {
        MaskWhole(Encoding.UTF8.GetBytes(text));
        return Encoding.UTF8.GetString(_masked.Written);
    }

    private void MaskWhole(ReadOnlySpan<byte> text)
    {
        _masked.Clear();
        var masker = new Masker(_secrets, obeysAddMask: false);
        masker.Append(text, _masked);
        masker.Finish(_masked);
    }
}
