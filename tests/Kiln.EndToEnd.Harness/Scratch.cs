namespace Kiln.EndToEnd.Harness;

/// <summary>A directory of a test. At its end the processes that still live from it are killed, by id, and it goes.</summary>
public sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("k");

    public string Path => _directory.FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Waits, woken by the file system, until a directory in it has nothing in it: an agent clears up behind a run once the
    /// run's end is delivered.</summary>
    public async Task EmptiedAsync(string name, CancellationToken cancellationToken)
    {
        var isEmpty = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(this[name]);
        watcher.Deleted += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        await isEmpty.Task.WaitAsync(cancellationToken);

        void Look() => _ = !Directory.EnumerateFileSystemEntries(this[name]).Any() && isEmpty.TrySetResult();
    }

    public void Dispose()
    {
        foreach (var process in ProcessTable.All().Where(process => process.BelongsTo(Path)))
        {
            Signal.Crash(process.Pid);
        }
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A killed process may still be closing a file; ./kiln test removes the whole temporary directory.
        }
    }
}
