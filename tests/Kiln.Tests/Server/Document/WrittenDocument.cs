using System.Text.Json.Nodes;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Document;

/// <summary>A server with the document's catalogue, and the API document as written from it.</summary>
public sealed class WrittenDocument : IAsyncLifetime
{
    public KilnApp App { get; private set; } = null!;

    public JsonObject Document { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await KilnApp.StartAsync().WithDocumentCatalogueAsync();
        Document = new DocumentWriter(App.Services).Write();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
