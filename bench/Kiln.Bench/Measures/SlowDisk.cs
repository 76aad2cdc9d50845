using System.Diagnostics;
using Kiln.EndToEnd.Harness;

namespace Kiln.Bench.Measures;

/// <summary>A disk that takes longer to sync: a preloaded library that sleeps in fsync and fdatasync, made with the C compiler.</summary>
internal static class SlowDisk
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <time.h>
        static void wait_a_little(void) {
            const char *text = getenv("KILN_BENCH_FSYNC_US");
            long us = text ? atol(text) : 0;
            struct timespec time = { us / 1000000, (us % 1000000) * 1000 };
            nanosleep(&time, 0);
        }
        static int slow(const char *name, int fd) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            wait_a_little();
            return real(fd);
        }
        int fsync(int fd) { return slow("fsync", fd); }
        int fdatasync(int fd) { return slow("fdatasync", fd); }
        """;

    /// <summary>Environment of programs whose disk is slow; <c>null</c> without a C compiler.</summary>
    public static async Task<(string Name, string Value)[]?> EnvironmentAsync(
        Scratch scratch, int microseconds, CancellationToken cancellationToken)
    {
        var (source, library) = (scratch["slow-disk.c"], scratch["slow-disk.so"]);
        await File.WriteAllTextAsync(source, Source, cancellationToken);
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
            await compiler.WaitForExitAsync(cancellationToken);
            return compiler.ExitCode == 0 ? [("LD_PRELOAD", library), ("KILN_BENCH_FSYNC_US", $"{microseconds}")] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
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
