using System.Text.Json;
using CsCheck;
using Kiln.Contracts.Exec;

namespace Kiln.Tests.Exec;

public sealed class CodecTests
{
    private static readonly ExecNotice.Ended Ended = new(
        "script", null, 9, "timeout", 3, long.MaxValue, [new("A", "wörld\n")], ["B"], null, "a problem");

    public static readonly TheoryData<ExecCommand> Commands =
    [
        new ExecCommand.Hello(1, ["one", ""], 5000, 10),
        new ExecCommand.Hello(1, [], null, 0),
        new ExecCommand.Say("ünïcode"),
        new ExecCommand.Start("a", ["b", "c"], [new("D", "e")], "/f", "g", Capture: true, [new("h", "i", "j")]),
        new ExecCommand.Start("a", ["b"], [], "/", null, Capture: false, []),
        new ExecCommand.StartScript("a", "shell", "exit", [new("B", "c")], "/d", ["E"]),
        new ExecCommand.Stop("cancelled", 7),
        new ExecCommand.Acknowledge(1L << 40),
        new ExecCommand.Finish(),
        new ExecCommand.AskCredential("https", "h:1", "p", "u"),
    ];

    public static readonly TheoryData<ExecNotice> Notices =
    [
        new ExecNotice.State("1.2.3", 9, new("a", 1, 2), [Ended, Ended], IsSealed: false, IsWaiting: true),
        new ExecNotice.State("", 0, null, [], IsSealed: true, IsWaiting: false),
        new ExecNotice.Log(7, IsWaiting: true),
        Ended,
        Ended with { ExitCode = 0, Signal = null, Captured = "" },
        new ExecNotice.Refused("a", "b"),
        new ExecNotice.Sealed(3),
        new ExecNotice.Credential(null, null),
    ];

    [Theory, MemberData(nameof(Commands))]
    public void A_command_comes_out_as_it_went_in(ExecCommand command)
    {
        var frames = new FrameWriter();
        ExecCommandCodec.Write(frames, command);
        Assert.Equal(Show(command), Show(ExecCommandCodec.Read(Payload(frames))!));
    }

    [Theory, MemberData(nameof(Notices))]
    public void A_notice_comes_out_as_it_went_in(ExecNotice notice)
    {
        var frames = new FrameWriter();
        ExecNoticeCodec.Write(frames, notice);
        Assert.Equal(Show(notice), Show(ExecNoticeCodec.Read(Payload(frames))!));
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused_and_nothing_else_happens() =>
        Gen.Byte.Array[1, 60].Sample(
            bytes =>
            {
                try
                {
                    ExecCommandCodec.Read(bytes);
                    ExecNoticeCodec.Read(bytes);
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 5000);

    private static ReadOnlySpan<byte> Payload(FrameWriter frames) => frames.Written[sizeof(int)..];

    /// <summary>Records compare lists by reference: compare what they show.</summary>
    private static string Show(object message) => JsonSerializer.Serialize(message, message.GetType());
}
