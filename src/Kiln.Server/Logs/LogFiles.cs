namespace Kiln.Server.Logs;

/// <summary>Names of an attempt's files: the log as it is written with its times, and what packing makes of both.</summary>
/// <param name="Written">The log, byte for byte.</param>
/// <param name="Times">Arrival times of the written log.</param>
/// <param name="Packed">The packed log, all in one.</param>
internal sealed record LogFiles(string Written, string Times, string Packed)
{
    // A directory holds the logs of a thousand runs: neither one huge directory nor one for each run.
    public static LogFiles Of(string root, LogKey key)
    {
        var stem = Path.Combine(root, $"{key.RunId / 1000:D6}", $"{key.RunId}-{key.Attempt}");
        return new LogFiles($"{stem}.log", $"{stem}.times", $"{stem}.packed");
    }

    public string Directory => Path.GetDirectoryName(Written)!;
}
