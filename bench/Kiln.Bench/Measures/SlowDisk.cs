using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>A disk that takes longer to sync.</summary>
internal static class SlowDisk
{
    /// <summary>Environment of programs whose disk is slow; <c>null</c> without a C compiler.</summary>
    public static async Task<(string Name, string Value)[]?> EnvironmentAsync(
        Scratch scratch, int microseconds, CancellationToken cancellationToken)
    {
        return await PreloadedLibrary.BuildAsync(scratch, PreloadedLibrary.SlowDisk, cancellationToken) is { } library
            ? [("LD_PRELOAD", library), ("KILN_TEST_FSYNC_US", $"{microseconds}")]
            : null;
    }

    /// <summary>How long the disk itself takes to sync 4 KiB, in milliseconds.</summary>
    public static Sample Measure(Scratch scratch, TimeProvider time)
    {
        const int writes = 200;
        using var file = File.OpenHandle(scratch["sync"], FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        var took = new List<double>();
        for (var i = 0; i < writes; i++)
        {
            var began = time.GetTimestamp();
            RandomAccess.Write(file, block, i * block.Length);
            RandomAccess.FlushToDisk(file);
            took.Add(time.GetElapsedTime(began).TotalMilliseconds);
        }
        return new Sample(took);
    }
}
