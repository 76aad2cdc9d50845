using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Watching;

/// <summary>
/// Everything of one kind in a namespace, from now on: a list, then a watch from the list's version on. A watch that ends is
/// taken up where it was (by its last object or bookmark); one whose version is too old begins with a list again. Never ends by itself.
/// </summary>
/// <param name="api">The cluster.</param>
/// <param name="resource">The kind.</param>
/// <param name="line">JSON of a line that brings an object.</param>
/// <param name="selector">Which labels; empty = all.</param>
/// <param name="time">Clock of the pauses after trouble.</param>
internal sealed class ObjectWatch<T>(
    KubernetesApi api, Resource<T> resource, JsonTypeInfo<WatchLine<T>> line, string selector, TimeProvider time)
    where T : IKubernetesObject
{
    private const int Gone = 410;

    private readonly Backoff _backoff = ClusterPauses.Of(time);
    private string _version = "";

    /// <summary>Lists and watches until cancelled.</summary>
    public async IAsyncEnumerable<WatchNews<T>> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_version.Length == 0)
            {
                var news = await ListAsync(cancellationToken);
                yield return news;
                if (news is WatchNews<T>.Interrupted)
                {
                    await _backoff.WaitAsync(cancellationToken);
                    continue;
                }
            }
            var watch = await api.WatchAsync(resource, selector, _version, cancellationToken);
            if (watch is not KubernetesCall<HttpResponseMessage>.Done { Value: var response })
            {
                if (Refusal(watch) is { } message)
                {
                    yield return new WatchNews<T>.Interrupted(message);
                    await _backoff.WaitAsync(cancellationToken);
                }
                continue;
            }
            using (response)
            {
                WatchEnd? end = null;
                await using var lines = new WatchLines(await response.Content.ReadAsStreamAsync(cancellationToken));
                var isUseful = false;
                while (end is null)
                {
                    switch (Read(await lines.NextAsync(cancellationToken)))
                    {
                        case (null, { } ending):
                            end = ending;
                            break;
                        case ({ } news, _):
                            isUseful = true;
                            yield return news;
                            break;
                        default:
                            isUseful = true;
                            break;
                    }
                }
                if (isUseful)
                {
                    _backoff.Reset();
                }
                if (end is WatchEnd.Failed failed)
                {
                    // Not a disconnect: what it had seen by then is not to be relied on.
                    _version = "";
                    yield return new WatchNews<T>.Interrupted(failed.Message);
                }
                else if (end is WatchEnd.Expired)
                {
                    _version = "";
                    continue;
                }
                if (end is WatchEnd.Failed || !isUseful)
                {
                    await _backoff.WaitAsync(cancellationToken);
                }
            }
        }
    }

    private async Task<WatchNews<T>> ListAsync(CancellationToken cancellationToken)
    {
        switch (await api.ListAsync(resource, selector, cancellationToken))
        {
            case KubernetesCall<ObjectList<T>>.Done { Value: var list }:
                _version = list.Metadata.ResourceVersion;
                return new WatchNews<T>.Listed(list.Items);
            case KubernetesCall<ObjectList<T>>.Refused refused:
                return new WatchNews<T>.Interrupted(refused.Status.Message);
            case KubernetesCall<ObjectList<T>>.Unreachable unreachable:
                return new WatchNews<T>.Interrupted(unreachable.Message);
            default:
                throw new InvalidOperationException("An outcome of a call is missing here.");
        }
    }

    /// <summary>Why a watch could not be opened; <c>null</c> = its version is too old, and a list comes next.</summary>
    private string? Refusal(KubernetesCall<HttpResponseMessage> watch)
    {
        switch (watch)
        {
            case KubernetesCall<HttpResponseMessage>.Refused { Status.Code: Gone }:
                _version = "";
                return null;
            case KubernetesCall<HttpResponseMessage>.Refused refused:
                _version = "";
                return refused.Status.Message;
            case KubernetesCall<HttpResponseMessage>.Unreachable unreachable:
                // A server that was away is met with a list: it tells that it is there again, too.
                _version = "";
                return unreachable.Message;
            default:
                throw new InvalidOperationException("An outcome of a call is missing here.");
        }
    }

    // Both null: a bookmark, or a line of a kind that this program does not know.
    private (WatchNews<T>? News, WatchEnd? End) Read(ReadOnlyMemory<byte>? text)
    {
        if (text is not { } bytes)
        {
            return (null, new WatchEnd.Disconnected());
        }
        try
        {
            var type = TypeOf(bytes.Span);
            switch (type)
            {
                case "ADDED" or "MODIFIED" or "DELETED":
                    var changed = JsonSerializer.Deserialize(bytes.Span, line)!.Object;
                    _version = changed.Metadata.ResourceVersion ?? _version;
                    return (type == "DELETED" ? new WatchNews<T>.Gone(changed) : new WatchNews<T>.Changed(changed), null);
                case "BOOKMARK":
                    _version = Head(bytes).Object.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? _version;
                    return (null, null);
                case "ERROR":
                    var status = Head(bytes).Object.Deserialize(KubernetesJson.Default.ApiStatus)!;
                    return (null, status.Code == Gone || status.Reason is "Expired" or "Gone"
                        ? new WatchEnd.Expired()
                        : new WatchEnd.Failed(status.Message));
                default:
                    return (null, null);
            }
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Cut off in the middle of a line.
            return (null, new WatchEnd.Disconnected());
        }
    }

    private static WatchHead Head(ReadOnlyMemory<byte> line) => JsonSerializer.Deserialize(line.Span, KubernetesJson.Default.WatchHead)!;

    // Read alone and not with the object, which an API server writes behind it: objects are long, and come by the thousand.
    private static string TypeOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
            {
                return reader.GetString() ?? "";
            }
            reader.Skip();
        }
        return "";
    }
}
