namespace Kiln.Runner.Packages;

/// <summary>What became of a download. A closed family.</summary>
internal abstract record Download
{
    private Download() { }

    /// <summary>The file is there and has the right SHA-256.</summary>
    /// <param name="Path">Where.</param>
    /// <param name="Size">Bytes.</param>
    /// <param name="Fetched">Bytes that came over the network for it now; 0 = the host had it.</param>
    public sealed record Ready(string Path, long Size, long Fetched) : Download;

    /// <summary>It is not to be had.</summary>
    /// <param name="Reason">One of <see cref="Contracts.Runs.RunReason"/>.</param>
    /// <param name="Message">The end of a sentence that begins with what was wanted.</param>
    public sealed record Failed(string Reason, string Message) : Download;
}
