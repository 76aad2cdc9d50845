using System.Diagnostics;
using System.Globalization;

namespace Kiln.Tests.Fixtures;

/// <summary>
/// A private PostgreSQL from the installed package: own directory, Unix socket only, gone at the end. It refuses to run as
/// root, so root runs it as another user.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kiln-postgres-");
    private IDisposable? _mount;
    private int _databases;

    private PostgresServer()
    {
    }

    private string Data => Path.Combine(_directory.FullName, "data");

    /// <summary>Makes and starts one.</summary>
    /// <param name="durable">Whether it syncs: only a test that kills it needs that.</param>
    /// <param name="mount">Mounts what its directory, which is still empty, is to be on; that goes when the server has.</param>
    public static async Task<PostgresServer> StartAsync(bool durable = false, Func<string, IDisposable>? mount = null)
    {
        var server = new PostgresServer();
        server._mount = mount?.Invoke(server._directory.FullName);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", User, server._directory.FullName);
        }
        await RunAsAsync(
            "initdb", ["-D", server.Data, "-A", "trust", "-U", "kiln", "-E", "UTF8", "--locale=C", .. durable ? Array.Empty<string>() : ["--no-sync"]]);
        await File.AppendAllTextAsync(Path.Combine(server.Data, "postgresql.conf"), $"""

            listen_addresses = ''
            unix_socket_directories = '{server._directory.FullName}'
            max_connections = 300
            fsync = {(durable ? "on" : "off")}
            shared_buffers = 32MB

            """);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes an empty database; how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await RunAsync(Program("psql"), "-h", _directory.FullName, "-U", "kiln", "-q", "-d", "postgres", "-c", $"create database {name}");
        return $"Host={_directory.FullName};Username=kiln;Database={name};Maximum Pool Size=20";
    }

    /// <summary>Runs a script of SQL in a database.</summary>
    public Task LoadAsync(string connectionString, string file) => RunAsync(
        Program("psql"), "-h", _directory.FullName, "-U", "kiln", "-q", "-v", "ON_ERROR_STOP=1",
        "-d", connectionString.Split("Database=")[1].Split(';')[0], "-f", file);

    /// <summary>Starts it after <see cref="Kill"/>.</summary>
    public Task StartAgainAsync() =>
        RunAsAsync("pg_ctl", "-D", Data, "-w", "-s", "-l", Path.Combine(_directory.FullName, "data", "server.log"), "start");

    /// <summary>SIGKILL to every process of it at once, as when the machine loses power.</summary>
    public void Kill()
    {
        var main = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var all = File.ReadAllText($"/proc/{main}/task/{main}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture));
        foreach (var pid in all.Prepend(main).ToList())
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                process.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It ended by itself.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");
        _mount?.Dispose();
        _directory.Delete(recursive: true);
    }

    private const string User = "nobody";

    private static string Program(string name)
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(version => version, StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin", name)).FirstOrDefault(File.Exists)
            : null;
        return installed ?? name;
    }

    private static Task RunAsAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", ["--reuid", User, "--regid", "nogroup", "--clear-groups", Program(program), .. arguments])
        : RunAsync(Program(program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/", UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        // A server that it starts inherits the pipes and keeps them open: the end is the process's, not theirs.
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var errors = new System.Collections.Concurrent.ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        var exited = new TaskCompletionSource();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => exited.TrySetResult();
        if (process.HasExited)
        {
            exited.TrySetResult();
        }
        await exited.Task;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {string.Join('\n', errors)}");
        }
    }
}
