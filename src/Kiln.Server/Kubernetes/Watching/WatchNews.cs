namespace Kiln.Server.Kubernetes.Watching;

/// <summary>What a watch tells. A closed family.</summary>
internal abstract record WatchNews<T>
{
    private WatchNews() { }

    /// <summary>All there is now: whatever was known and is not in it has gone.</summary>
    public sealed record Listed(IReadOnlyList<T> All) : WatchNews<T>;

    /// <summary>An object is new or another than it was.</summary>
    public sealed record Changed(T Object) : WatchNews<T>;

    /// <summary>An object has gone; this is its last state.</summary>
    public sealed record Gone(T Object) : WatchNews<T>;

    /// <summary>The cluster cannot be asked now; what happens there is learnt later. It is tried again.</summary>
    /// <param name="Message">Why, in a sentence.</param>
    public sealed record Interrupted(string Message) : WatchNews<T>;
}
