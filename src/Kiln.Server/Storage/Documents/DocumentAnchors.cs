namespace Kiln.Server.Storage.Documents;

/// <summary>Sets anchors in the lists of documents that are read and have grown.</summary>
public sealed partial class DocumentAnchors(Database database, DocumentStore store, ILogger<DocumentAnchors> logger)
    : BackgroundService
{
    // Bounds one transaction: others wait for it.
    private const int Chunk = 20 * DocumentListSql.Step;

    /// <summary>Sets the anchors that a list lacks.</summary>
    internal static async Task SetAsync(Database database, DocumentList list, CancellationToken cancellationToken)
    {
        foreach (var sort in (string[])[DocumentAnchorSql.Created, DocumentAnchorSql.Named])
        {
            while (await database.WriteAsync(session => SetChunkAsync(session, list, sort), cancellationToken))
            {
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var list in store.Grown.ReadAllAsync(stoppingToken))
        {
            try
            {
                await SetAsync(database, list, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The list is right without them, only slower; it is asked for again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Log.Failed(logger, failure);
            }
        }
    }

    private static async ValueTask<bool> SetChunkAsync(SqlSession session, DocumentList list, string sort)
    {
        var last = await DocumentAnchorSql.LastAsync(session, list, sort) ?? new DocumentAnchor(0, "", 0);
        var places = await DocumentListSql.PlacesBehindAsync(session, list, sort, last, Chunk);
        for (var i = DocumentListSql.Step; i <= places.Count; i += DocumentListSql.Step)
        {
            await DocumentAnchorSql.InsertAsync(
                session, list, sort, places[i - 1] with { Ordinal = last.Ordinal + i });
        }
        return places.Count == Chunk;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A long list of definitions could not be counted ahead; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
