using System.ComponentModel;
using System.Diagnostics;

namespace Kiln.EndToEnd.Harness;

/// <summary>Code in C that stands between a program and the C library: how a disk or a clock of another kind is had here.</summary>
public static class PreloadedLibrary
{
    /// <summary>Sleeps for <c>KILN_TEST_FSYNC_US</c> microseconds before everything that waits for the disk.</summary>
    public const string SlowDisk = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <time.h>
        static int slow(const char *name, int fd) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            const char *text = getenv("KILN_TEST_FSYNC_US");
            long us = text ? atol(text) : 0;
            struct timespec time = { us / 1000000, (us % 1000000) * 1000 };
            nanosleep(&time, 0);
            return real(fd);
        }
        int fsync(int fd) { return slow("fsync", fd); }
        int fdatasync(int fd) { return slow("fdatasync", fd); }
        """;

    /// <summary>A wall clock that is off by as many seconds as the file <c>KILN_TEST_CLOCK</c> holds (8 bytes), at every moment.</summary>
    public const string SetClock = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static long shift(void) {
            static const volatile long *at;
            if (!at) {
                int fd = open(getenv("KILN_TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
                at = mmap(0, sizeof *at, PROT_READ, MAP_SHARED, fd, 0);
                close(fd);
            }
            return *at;
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
            int result = syscall(SYS_clock_gettime, clock, time);
            if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += shift();
            return result;
        }
        int gettimeofday(struct timeval *restrict time, void *restrict zone) {
            int result = syscall(SYS_gettimeofday, time, zone);
            time->tv_sec += shift();
            return result;
        }
        time_t time(time_t *to) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (to) *to = now.tv_sec;
            return now.tv_sec;
        }
        """;

    /// <summary>Compiles one; its file, for <c>LD_PRELOAD</c>, or <c>null</c> without a C compiler.</summary>
    /// <param name="scratch">Where it goes.</param>
    /// <param name="source">One of the above.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string?> BuildAsync(Scratch scratch, string source, CancellationToken cancellationToken)
    {
        var (code, library) = (scratch["preloaded.c"], scratch["preloaded.so"]);
        await File.WriteAllTextAsync(code, source, cancellationToken);
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-o", library, code, "-ldl"]);
            await compiler.WaitForExitAsync(cancellationToken);
            return compiler.ExitCode == 0 ? library : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
