using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>
/// Where a script and its test meet, without a poll: the script reads a named pipe (<c>read -r _ &lt; PATH</c>) and stands
/// there until the test opens it.
/// </summary>
public sealed class Gate : IDisposable
{
    private FileStream? _writer;

    public Gate(Scratch scratch, string name)
    {
        Path = scratch[name];
        using var mkfifo = Process.Start("mkfifo", [Path]);
        mkfifo.WaitForExit();
    }

    public string Path { get; }

    /// <summary>Waits until a script stands at the gate; it stays there.</summary>
    public async Task ArrivedAsync(CancellationToken cancellationToken) =>
        _writer = await Task.Run(() => new FileStream(Path, FileMode.Open, FileAccess.Write), cancellationToken).WaitAsync(cancellationToken);

    /// <summary>Lets the script that stands at the gate go on.</summary>
    public void Open()
    {
        _writer?.Dispose();
        _writer = null;
    }

    public void Dispose() => Open();
}
