using System.Diagnostics;
using System.Text;
using Kiln.Contracts.Exec;

namespace Kiln.Tests.Fixtures;

/// <summary>A real kiln-exec in a run directory of its own, and a runner's connection to it.</summary>
internal sealed class ExecRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kiln-exec-");
    private readonly CancellationTokenSource _patience = new(Patience);
    private ExecConnection? _connection;
    private IAsyncEnumerator<ExecNotice>? _notices;

    private ExecRun(string name)
    {
        RunDirectory = System.IO.Path.Combine(_home.FullName, name);
        Directory.CreateDirectory(Workspace);
    }

    /// <summary>Standard environment of a command.</summary>
    public static readonly KeyValuePair<string, string>[] Path = [new("PATH", "/usr/local/bin:/usr/bin:/bin")];

    public string RunDirectory { get; }

    public string Workspace => System.IO.Path.Combine(_home.FullName, "workspace");

    public string RunId { get; } = $"test-{Guid.NewGuid():N}";

    public int Pid { get; private set; }

    public CancellationToken Token => _patience.Token;

    public string Log => Encoding.UTF8.GetString(LogBytes);

    public byte[] LogBytes => File.ReadAllBytes(System.IO.Path.Combine(RunDirectory, ExecProtocol.SpoolFile));

    public static Task<ExecRun> StartAsync(params KeyValuePair<string, string>[] environment) =>
        StartAsync("run", environment);

    public static async Task<ExecRun> StartAsync(string name, params KeyValuePair<string, string>[] environment)
    {
        var run = new ExecRun(name);
        var launch = await ExecLaunch.StartAsync(KilnBinaries.Exec, run.RunDirectory, run.RunId, environment, run.Token);
        run.Pid = Assert.IsType<ExecLaunch.Listening>(launch).Pid;
        await run.ConnectAsync();
        return run;
    }

    /// <summary>The same by an exec that may have been waiting.</summary>
    public static async Task<ExecRun> StartAsync(ExecStandby standby)
    {
        var run = new ExecRun("run");
        var launch = await standby.LaunchAsync(run.RunDirectory, run.RunId, run.Token);
        run.Pid = Assert.IsType<ExecLaunch.Listening>(launch).Pid;
        await run.ConnectAsync();
        return run;
    }

    public async Task ConnectAsync()
    {
        await DisconnectAsync();
        _connection = await ExecConnection.ConnectAsync(RunDirectory, Token);
        Assert.NotNull(_connection);
        _notices = _connection.ReadAllAsync(Token).GetAsyncEnumerator(Token);
    }

    public async Task DisconnectAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    public Task<ExecNotice.State> HelloAsync(params string[] secrets) => HelloAsync(null, 0, secrets);

    public async Task<ExecNotice.State> HelloAsync(long? deadlineMs, int graceMs, params string[] secrets)
    {
        await SendAsync(new ExecCommand.Hello(ExecProtocol.Version, secrets, deadlineMs, graceMs));
        return await NextAsync<ExecNotice.State>();
    }

    public ValueTask SendAsync(ExecCommand command) => _connection!.SendAsync(command, Token);

    /// <summary>Skips to the next notice of this kind.</summary>
    public async Task<T> NextAsync<T>() where T : ExecNotice => await NextAsync<T>(static _ => true);

    public async Task<T> NextAsync<T>(Func<T, bool> isWanted) where T : ExecNotice
    {
        while (await _notices!.MoveNextAsync())
        {
            if (_notices.Current is T wanted && isWanted(wanted))
            {
                return wanted;
            }

            if (_notices.Current is ExecNotice.Refused refused && typeof(T) != typeof(ExecNotice.Refused))
            {
                Assert.Fail($"exec refused {refused.Id}: {refused.Message}");
            }
        }

        throw new InvalidOperationException($"exec closed the connection before {typeof(T).Name}");
    }

    /// <summary>Runs a shell line as a plain command.</summary>
    public ExecCommand.Start Shell(string id, string line, bool capture = false, string? stdin = null) =>
        new(id, ["/bin/bash", "-c", line], Path, Workspace, stdin, capture, []);

    public ExecCommand.StartScript Script(string body, params string[] outputs) =>
        new("script", "shell", body, Path, Workspace, outputs);

    /// <summary>Sends a start and waits for its end.</summary>
    public async Task<ExecNotice.Ended> RunAsync(ExecCommand start)
    {
        await SendAsync(start);
        return await NextAsync<ExecNotice.Ended>();
    }

    public async Task<ExecNotice.Sealed> FinishAsync()
    {
        await SendAsync(new ExecCommand.Finish());
        var log = await NextAsync<ExecNotice.Sealed>();
        await GoneAsync();
        return log;
    }

    // Only then is its socket gone from the run directory, too.
    private async Task GoneAsync()
    {
        try
        {
            using var exec = Process.GetProcessById(Pid);
            await exec.WaitForExitAsync(Token);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }

    /// <summary>Living processes that carry the run's mark, exec itself aside.</summary>
    public List<int> Survivors()
    {
        var mark = $"{ExecProtocol.RunIdVariable}={RunId}";
        var survivors = new List<int>();
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(directory), out var pid) || pid == Pid)
            {
                continue;
            }

            try
            {
                if (File.ReadAllText($"{directory}/environ").Split('\0').Contains(mark))
                {
                    survivors.Add(pid);
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }

        return survivors;
    }

    /// <summary>Kills exec as the kernel's OOM killer would.</summary>
    public async Task KillExecAsync()
    {
        using var exec = Process.GetProcessById(Pid);
        exec.Kill();
        await exec.WaitForExitAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever a test left undone, nothing of it may stay behind.
        await DisconnectAsync();
        try
        {
            await using var last = await ExecConnection.ConnectAsync(RunDirectory, CancellationToken.None);
            if (last is not null)
            {
                await last.SendAsync(new ExecCommand.Hello(ExecProtocol.Version, [], null, 0), CancellationToken.None);
                await last.SendAsync(new ExecCommand.Finish(), CancellationToken.None);
                await foreach (var _ in last.ReadAllAsync(Token))
                {
                }
            }
        }
        catch (IOException)
        {
        }

        foreach (var pid in Survivors())
        {
            using var survivor = Process.GetProcessById(pid);
            survivor.Kill();
        }

        _patience.Dispose();
        _home.Delete(recursive: true);
    }
}
