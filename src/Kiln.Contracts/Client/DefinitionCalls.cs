using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;

namespace Kiln.Contracts.Client;

/// <summary>The calls about definitions of every kind. Safe for concurrent use.</summary>
public sealed class DefinitionCalls
{
    private const int PageSize = 500;

    private readonly Transport _transport;

    internal DefinitionCalls(Transport transport) => _transport = transport;

    /// <summary>A page of a list.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="project">Its project; empty = the system's.</param>
    /// <param name="page">From 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Answer<DefinitionPage>> ListAsync(
        DefinitionKind kind, string project, int page, CancellationToken cancellationToken)
    {
        var answer = await _transport.SendAsync(
            HttpMethod.Get, kind.ListPath(project, page, PageSize), content: null, ClientJson.Default.JsonNode, cancellationToken);
        return answer.Map(node =>
        {
            var items = (kind.Items.Length == 0 ? node as JsonArray : node[kind.Items] as JsonArray) ?? [];
            return new DefinitionPage(
                node is JsonObject && node["total"] is JsonValue total ? total.GetValue<long>() : items.Count,
                [.. items.OfType<JsonObject>()]);
        });
    }

    /// <summary>Every definition of a list, page by page; ends after the first answer that is not a page.</summary>
    public async IAsyncEnumerable<Answer<DefinitionPage>> PagesAsync(
        DefinitionKind kind, string project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; ; page++)
        {
            var answer = await ListAsync(kind, project, page, cancellationToken);
            yield return answer;
            if (answer is not Answer<DefinitionPage>.Ok { Value.Items.Count: PageSize })
            {
                yield break;
            }
        }
    }

    /// <summary>One definition.</summary>
    public async Task<Answer<StoredDefinition>> GetAsync(
        DefinitionKind kind, string project, string name, CancellationToken cancellationToken)
    {
        var answer = await _transport.SendTaggedAsync(
            HttpMethod.Get, kind.OnePath(project, name), content: null, ifMatch: null, ClientJson.Default.JsonObject, cancellationToken);
        return answer.Map(tagged => new StoredDefinition(
            tagged.Value, tagged.Value["spec"]?.DeepClone() as JsonObject ?? [], tagged.Tag));
    }

    /// <summary>Creates one.</summary>
    /// <returns>The server's answer; a token's has the token itself.</returns>
    public Task<Answer<JsonObject>> CreateAsync(DefinitionKind kind, JsonObject body, CancellationToken cancellationToken) =>
        _transport.SendAsync(
            HttpMethod.Post, kind.CreatePath(body, dryRun: false), Content(body), ClientJson.Default.JsonObject, cancellationToken);

    /// <summary>Replaces one.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="project">Its project; empty = the system's.</param>
    /// <param name="name">Its name.</param>
    /// <param name="body">What it shall be; masked secrets stay as they are.</param>
    /// <param name="tag">Refuse with 412 when another state is stored; <c>null</c> = whatever is stored.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Answer<JsonObject>> ReplaceAsync(
        DefinitionKind kind, string project, string name, JsonObject body, string? tag, CancellationToken cancellationToken) =>
        (await _transport.SendTaggedAsync(
            HttpMethod.Put, kind.ReplacePath(project, name, body, dryRun: false), Content(body), tag, ClientJson.Default.JsonObject, cancellationToken))
        .Map(tagged => tagged.Value);

    /// <summary>What <see cref="CreateAsync"/> would do; the answer has a preview.</summary>
    public Task<Answer<ChangeAnswer>> CheckCreateAsync(
        DefinitionKind kind, JsonObject body, CancellationToken cancellationToken) =>
        _transport.SendAsync(
            HttpMethod.Post, kind.CreatePath(body, dryRun: true), Content(body), ClientJson.Default.ChangeAnswer, cancellationToken);

    /// <summary>What <see cref="ReplaceAsync"/> would do; the answer has a preview.</summary>
    public async Task<Answer<ChangeAnswer>> CheckReplaceAsync(
        DefinitionKind kind, string project, string name, JsonObject body, string? tag, CancellationToken cancellationToken) =>
        (await _transport.SendTaggedAsync(
            HttpMethod.Put, kind.ReplacePath(project, name, body, dryRun: true), Content(body), tag,
            ClientJson.Default.ChangeAnswer, cancellationToken))
        .Map(tagged => tagged.Value);

    /// <summary>Deletes one that nothing refers to.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="project">Its project; empty = the system's.</param>
    /// <param name="name">Its name.</param>
    /// <param name="withContents">Of a project: what is defined in it goes too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Answer<JsonObject>> DeleteAsync(
        DefinitionKind kind, string project, string name, bool withContents, CancellationToken cancellationToken) =>
        _transport.SendAsync(
            HttpMethod.Delete, kind.DeletePath(project, name, withContents), content: null,
            ClientJson.Default.JsonObject, cancellationToken);

    private static JsonContent Content(JsonObject body) => JsonContent.Create(body, ClientJson.Default.JsonObject);
}
