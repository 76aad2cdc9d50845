namespace Kiln.Server.Storage.Documents;

/// <summary>
/// What is made of documents and nothing else, made once and handed out again while every document that was looked for is as it was
/// then: asked of the database each time, in one snapshot, so it cannot be out of date, whichever server changed one. Keeps what was
/// read last, within a bound. Safe for concurrent use.
/// </summary>
/// <param name="documents">Where they are.</param>
/// <param name="weigh">Bytes that a value takes; <c>null</c> = it is not worth keeping.</param>
internal sealed class MadeOfDocuments<TKey, T>(DocumentStore documents, Func<T, int?> weigh)
    where TKey : notnull
    where T : class
{
    /// <summary>Bytes of a generation; there are two.</summary>
    public const int Room = 128 * 1024;

    private readonly RecentlyUsed<TKey, Made> _made = new(Room, EqualityComparer<TKey>.Default);

    /// <summary>What a key stands for now.</summary>
    /// <param name="key">All that the value depends on beside documents.</param>
    /// <param name="make">Makes it; pure but for its reads, and its value is one that nothing changes.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<T> OfAsync(TKey key, Func<DocumentReads, ValueTask<T>> make, CancellationToken cancellationToken) =>
        documents.ReadAsync(
            async reads =>
            {
                if (_made.Find(key) is { } known && await reads.AreStillAsync(known.Of))
                {
                    return known.Value;
                }
                var seen = reads.Record();
                var value = await make(reads);
                if (weigh(value) is { } weight && !reads.HasListed)
                {
                    _made.Keep(key, new Made(value, seen), weight);
                }
                return value;
            },
            cancellationToken);

    private sealed record Made(T Value, IReadOnlyList<SeenDocument> Of);
}
