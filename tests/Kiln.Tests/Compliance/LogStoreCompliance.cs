using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Kiln.Server.Logs;
using Kiln.Server.Logs.Lines;
using Microsoft.Extensions.Time.Testing;

namespace Kiln.Tests.Compliance;

/// <summary>What the logs of runs may rely on, in files and in rows, as they are written and packed.</summary>
public abstract class LogStoreCompliance : IAsyncLifetime
{
    private static readonly LogKey Key = new(1234, 2);

    private LogStore _logs = null!;

    protected FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));

    public async ValueTask InitializeAsync() => _logs = await OpenAsync();

    public ValueTask DisposeAsync() => CleanUpAsync();

    public static TheoryData<string> Shapes => ["empty", "short", "lines", "binary", "long line", "no last line end", "one frame"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_byte_is_the_same_before_and_after_packing(string shape)
    {
        var log = Make(shape);
        await WriteAsync(log, 300_000);
        Assert.Equal(Hash(log), Hash(await ReadAsync()));

        using var opened = _logs.Read(Key);
        await opened.ReadAsync(0, new byte[1], default);
        await _logs.PackAsync(Key, default);

        Assert.Equal(Hash(log), Hash(await ReadAsync()));
        Assert.Equal(log.Length, await _logs.LengthAsync(Key, default));
        Assert.Equal(Hash(log), Hash(await ReadAsync(opened)));
    }

    [Fact]
    public async Task A_log_that_was_synced_goes_on_where_it_was()
    {
        await _logs.SyncAsync(Key, default);
        await _logs.AppendAsync(Key, 0, "one\n"u8.ToArray(), default);
        await _logs.SyncAsync(Key, default);
        await _logs.AppendAsync(Key, 4, "two\n"u8.ToArray(), default);
        await _logs.SealAsync(Key, default);
        await _logs.SyncAsync(Key, default);

        Assert.Equal(Hash("one\ntwo\n"u8.ToArray()), Hash(await ReadAsync()));
    }

    [Fact]
    public async Task Packing_again_changes_nothing_and_takes_less_room()
    {
        var log = Make("lines");
        await WriteAsync(log, 50_000);
        var size = await _logs.PackAsync(Key, default);
        Assert.InRange(size, 1, log.Length / 2);
        await _logs.PackAsync(Key, default);
        Assert.Equal(Hash(log), Hash(await ReadAsync()));
    }

    [Fact]
    public async Task Any_range_can_be_read_of_a_packed_log()
    {
        var log = Make("lines");
        await WriteAsync(log, 100_000);
        await _logs.PackAsync(Key, default);
        using var reader = _logs.Read(Key);
        await Gen.Select(Gen.Int[0, log.Length], Gen.Int[1, 300_000]).SampleAsync(
            async range =>
            {
                var buffer = new byte[range.Item2];
                var read = await reader.FillAsync(range.Item1, buffer, default);
                return buffer.AsSpan(0, read).SequenceEqual(log.AsSpan(range.Item1, Math.Min(range.Item2, log.Length - range.Item1)));
            },
            iter: 50,
            threads: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lines_are_found_by_number_and_from_the_end(bool isPacked)
    {
        var log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 60_000).Select(i => $"line {i}\n"))) ;
        await WriteAsync(log, 70_001);
        if (isPacked)
        {
            await _logs.PackAsync(Key, default);
        }
        using var reader = _logs.Read(Key);
        foreach (var line in (int[])[1, 2, 1000, 29_999, 30_000, 59_999, 60_000])
        {
            var offset = (await LogLines.BehindAsync(reader, line - 1, log.Length, default))!.Value;
            Assert.StartsWith($"line {line}\n", await TextAsync(reader, offset, 20), StringComparison.Ordinal);
            Assert.Equal(line - 1, await LogLines.EndsBeforeAsync(reader, offset, default));
            var last = await LogLines.LastAsync(reader, 0, log.Length, 60_001 - line, default);
            Assert.Equal(offset, last);
        }
        Assert.Equal(log.Length, await LogLines.BehindAsync(reader, 60_000, log.Length, default));
        Assert.Null(await LogLines.BehindAsync(reader, 60_001, log.Length, default));
        Assert.Equal(0, await LogLines.LastAsync(reader, 0, log.Length, 1_000_000, default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_finds_each_line_once_with_its_number_its_place_and_its_neighbours(bool isPacked)
    {
        var text = string.Concat(Enumerable.Range(1, 50_000).Select(i => i % 10_000 == 0 ? $"Error number {i}, error\r\n" : $"line {i}\n"));
        var log = Encoding.UTF8.GetBytes(text);
        await WriteAsync(log, 100_000);
        if (isPacked)
        {
            await _logs.PackAsync(Key, default);
        }
        using var reader = _logs.Read(Key);

        var found = await LogSearch.RunAsync(reader, new LogSearchQuery("error", IgnoresCase: true, 2, 3), 0, log.Length, default);

        Assert.Equal([10_000, 20_000, 30_000], found.Matches.Select(match => match.Line));
        Assert.Equal(40_000, found.NextLine);
        Assert.All(found.Matches, match => Assert.Equal("Error", text.Substring((int)match.Offset, 5)));
        Assert.Equal("Error number 20000, error", found.Matches[1].Text);
        Assert.Equal(["line 19998", "line 19999"], found.Matches[1].Before);
        Assert.Equal(["line 20001", "line 20002"], found.Matches[1].After);
        var exact = await LogSearch.RunAsync(reader, new LogSearchQuery("Error", IgnoresCase: false, 0, 9), 0, log.Length, default);
        Assert.Equal(5, exact.Matches.Count);
        Assert.Null(exact.NextLine);
    }

    [Fact]
    public async Task A_search_finds_what_lies_across_pieces_of_one_long_line()
    {
        var log = new byte[1_000_000];
        log.AsSpan().Fill((byte)'x');
        "needle"u8.CopyTo(log.AsSpan((256 * 1024) - 3));
        log[^1] = (byte)'\n';
        await WriteAsync([.. "first\n"u8, .. log, .. "needle\nlast\n"u8], 300_000);
        await _logs.PackAsync(Key, default);
        using var reader = _logs.Read(Key);

        var found = await LogSearch.RunAsync(reader, new LogSearchQuery("needle", IgnoresCase: false, 1, 9), 0, 2_000_000, default);

        Assert.Equal([2, 3], found.Matches.Select(match => match.Line));
        Assert.Equal(6 + (256 * 1024) - 3, found.Matches[0].Offset);
        Assert.Contains("xneedlex", found.Matches[0].Text, StringComparison.Ordinal);
        Assert.InRange(found.Matches[0].Text.Length, 100, 1024);
        Assert.Equal(["last"], found.Matches[1].After);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_time_of_a_byte_is_when_its_report_came(bool isPacked)
    {
        var piece = new byte[40_000];
        await _logs.AppendAsync(Key, 0, piece, default);
        Time.Advance(TimeSpan.FromSeconds(1));
        await _logs.AppendAsync(Key, 40_000, piece, default);
        Time.Advance(TimeSpan.FromSeconds(1));
        await _logs.AppendAsync(Key, 80_000, piece, default);
        await _logs.SealAsync(Key, default);
        if (isPacked)
        {
            await _logs.PackAsync(Key, default);
        }
        using var reader = _logs.Read(Key);
        var times = await reader.TimesAsync(default);
        Assert.Equal(
            [1_000_000, 1_000_000, 1_001_000, 1_002_000, 1_002_000, 0],
            ((long[])[0, 39_999, 40_000, 80_000, 119_999, 120_000]).Select(times.At));
    }

    [Fact]
    public async Task Sections_are_indexed_when_a_log_is_packed()
    {
        var filler = new string('x', 50_000);
        await WriteAsync(Encoding.UTF8.GetBytes($"::group::A\n{filler}\n::endgroup::\n"), 10_000);
        using (var written = _logs.Read(Key))
        {
            Assert.Null(await written.SectionsAsync(default));
        }
        await _logs.PackAsync(Key, default);
        using var reader = _logs.Read(Key);
        var section = Assert.Single((await reader.SectionsAsync(default))!.Items);
        Assert.Equal(("A", 1, 3), (section.Title, section.StartLine, section.EndLine));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removed_log_is_empty_and_removing_it_again_changes_nothing(bool isPacked)
    {
        await WriteAsync(Make("lines"), 100_000);
        if (isPacked)
        {
            await _logs.PackAsync(Key, default);
        }
        await _logs.RemoveAsync(Key, default);
        await _logs.RemoveAsync(Key, default);
        Assert.Empty(await ReadAsync());
        Assert.Equal(0, await _logs.PackAsync(Key, default));
    }

    [Fact]
    public async Task A_packing_that_is_given_up_in_the_middle_leaves_the_log_whole_and_can_be_done_again()
    {
        var log = Make("lines");
        await WriteAsync(log, 100_000);
        using (var given = new CancellationTokenSource())
        {
            var packing = _logs.PackAsync(Key, given.Token).AsTask();
            await given.CancelAsync();
            await Record.ExceptionAsync(() => packing);
        }
        Assert.Equal(Hash(log), Hash(await ReadAsync()));
        await _logs.PackAsync(Key, default);
        Assert.Equal(Hash(log), Hash(await ReadAsync()));
    }

    protected abstract Task<LogStore> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    private static byte[] Make(string shape)
    {
        var random = new Random(7);
        switch (shape)
        {
            case "empty":
                return [];
            case "short":
                return "one\ntwo"u8.ToArray();
            case "lines":
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{random.Next(50)} passed 测试 {i}\n")));
            case "no last line end":
                return [.. Make("lines"), .. "end"u8];
            case "one frame":
                return Make("lines")[..(256 * 1024)];
            case "long line":
                return [.. Enumerable.Repeat((byte)'l', 10 << 20), (byte)'\n'];
            default:
                var bytes = new byte[700_000];
                random.NextBytes(bytes);
                return bytes;
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private async Task WriteAsync(byte[] log, int piece)
    {
        for (var offset = 0; offset < log.Length; offset += piece)
        {
            await _logs.AppendAsync(Key, offset, log.AsMemory(offset, Math.Min(piece, log.Length - offset)), default);
        }
        await _logs.SealAsync(Key, default);
    }

    private async Task<byte[]> ReadAsync()
    {
        using var reader = _logs.Read(Key);
        return await ReadAsync(reader);
    }

    private static async Task<byte[]> ReadAsync(LogReader reader)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await reader.ReadAsync(all.Length, buffer, default)) > 0)
        {
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    private static async Task<string> TextAsync(LogReader reader, long offset, int length)
    {
        var buffer = new byte[length];
        return Encoding.UTF8.GetString(buffer, 0, await reader.FillAsync(offset, buffer, default));
    }
}
