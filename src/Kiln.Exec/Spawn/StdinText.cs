using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Spawn;

/// <summary>Text that a process gets on its stdin, as fast as it takes it.</summary>
internal sealed class StdinText
{
    private readonly byte[] _text;
    private int _given;

    private StdinText(int writer, string text)
    {
        Descriptor = writer;
        _text = Encoding.UTF8.GetBytes(text);
    }

    public int Descriptor { get; }

    public bool IsOver { get; private set; }

    public static (StdinText Text, int Reader) Open(string text)
    {
        var (reader, writer) = Posix.Pipe();
        Posix.MakeNonBlocking(writer);
        return (new StdinText(writer, text), reader);
    }

    /// <summary>Gives what fits, and EOF after the last byte; a process that does not want it (EPIPE) gets no more.</summary>
    public void Give()
    {
        while (!IsOver)
        {
            var written = Posix.Write(Descriptor, _text.AsSpan(_given));
            if (written == -Libc.EAgain)
            {
                return;
            }

            _given += Math.Max(written, 0);
            if (written < 0 || _given == _text.Length)
            {
                Close();
            }
        }
    }

    public void Close()
    {
        if (!IsOver)
        {
            IsOver = true;
            Libc.Close(Descriptor);
        }
    }
}
