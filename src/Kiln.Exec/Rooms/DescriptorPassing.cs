using Kiln.Exec.Interop;

namespace Kiln.Exec.Rooms;

/// <summary>Gives an open file to another process over a Unix socket.</summary>
internal static unsafe class DescriptorPassing
{
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int NoSignal = 0x4000;
    private const int CloseOnExec = 0x40000000;

    // cmsg_len counts head and content, the buffer is as large as the aligned whole.
    private const int MessageLength = 20;

    /// <summary>Sends one byte and a descriptor; false when nobody takes it.</summary>
    public static bool Send(int socket, byte word, int descriptor)
    {
        var control = new Libc.DescriptorMessage
        {
            Length = MessageLength, Level = SocketLevel, Type = Rights, Descriptor = descriptor,
        };
        var vector = new Libc.Vector { Start = &word, Length = 1 };
        var message = new Libc.MessageHead
        {
            Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(Libc.DescriptorMessage),
        };
        return Libc.SendMessage(socket, &message, NoSignal) == 1;
    }

    /// <summary>Receives a byte and the descriptor with it, -1 when there is none; word 0 = the other side is gone.</summary>
    public static (byte Word, int Descriptor) Receive(int socket)
    {
        byte word = 0;
        var control = new Libc.DescriptorMessage { Descriptor = -1 };
        var vector = new Libc.Vector { Start = &word, Length = 1 };
        var message = new Libc.MessageHead
        {
            Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(Libc.DescriptorMessage),
        };
        return Libc.ReceiveMessage(socket, &message, CloseOnExec) == 1 ? (word, control.Descriptor) : ((byte)0, -1);
    }
}
