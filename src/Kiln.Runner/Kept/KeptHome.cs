using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts.Protocol;
using Kiln.Disk;

namespace Kiln.Runner.Kept;

/// <summary>
/// Where a workspace lies that can be kept. A file beside the workspace says what it is: <em>kept</em>, or <em>swept</em> and only a
/// note for the server; with neither it is an attempt's.
/// </summary>
/// <param name="Path">Its directory.</param>
internal sealed record KeptHome(string Path)
{
    /// <summary>Unique on the host; two paths may lead to one data directory.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public string Workspace => At("workspace");

    /// <summary>What another attempt needs to go on here; <c>null</c> = it is not kept.</summary>
    public KeptAttempt? Kept => Read(KeptFile, KeptJson.Default.KeptAttempt);

    /// <summary>What the server has to hear; <c>null</c> = nothing.</summary>
    public SweptWorkspace? Swept => Read(SweptFile, KeptJson.Default.SweptWorkspace);

    /// <summary>Neither kept nor swept.</summary>
    public bool IsAnAttempts => Kept is null && Swept is null;

    private string KeptFile => At("kept.json");

    private string SweptFile => At("swept.json");

    /// <summary>What an attempt took here; <c>null</c> = it has taken nothing.</summary>
    /// <param name="file">Given to <see cref="Take"/>.</param>
    public static KeptAttempt? Taken(string file) => Read(file, KeptJson.Default.KeptAttempt);

    public void Keep(KeptAttempt kept) => Write(KeptFile, kept, KeptJson.Default.KeptAttempt);

    /// <summary>Gives what is kept to an attempt: of two that want it, one has it.</summary>
    /// <param name="file">In the attempt's run directory, on the same file system.</param>
    public void Take(string file) => File.Move(KeptFile, file);

    /// <summary>Keeps it no more; it is the attempt's that had it.</summary>
    public void Release()
    {
        // A script may have removed the whole home, which a deletion would complain of.
        if (File.Exists(KeptFile))
        {
            File.Delete(KeptFile);
        }
    }

    /// <summary>Lets go of what is kept. The workspace's files are still to be removed.</summary>
    public void Sweep(SweptWorkspace note)
    {
        // The note first: a kill in between leaves files that nobody can take any more.
        Write(SweptFile, note, KeptJson.Default.SweptWorkspace);
        Release();
    }

    private static T? Read<T>(string file, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), shape) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write<T>(string file, T content, JsonTypeInfo<T> shape) =>
        DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(content, shape));

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
