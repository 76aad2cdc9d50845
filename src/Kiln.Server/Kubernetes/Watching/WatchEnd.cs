namespace Kiln.Server.Kubernetes.Watching;

/// <summary>How one watch came to its end. A closed family.</summary>
internal abstract record WatchEnd
{
    private WatchEnd() { }

    /// <summary>The connection has ended, by plan or not: the next watch goes on where this one was.</summary>
    public sealed record Disconnected : WatchEnd;

    /// <summary>What happened since is not known there any more (410): everything is listed again.</summary>
    public sealed record Expired : WatchEnd;

    /// <summary>The API server says that something is wrong with it (an ERROR line), or refuses the watch.</summary>
    public sealed record Failed(string Message) : WatchEnd;
}
