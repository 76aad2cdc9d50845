using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Kiln.Server.Kubernetes.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Fixtures;

/// <summary>
/// Gives the answers of a Kubernetes API server over real HTTP, and does nothing else: there is no controller, scheduler or kubelet
/// behind it, so pods and events come only from the test. Lists, watches with resumption, bookmarks, 410 and refusals are as a
/// real one's.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _objects = [];
    private readonly List<(long Version, string Plural, string Line)> _history = [];
    private readonly List<(string Plural, Channel<string> Lines)> _watches = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;
    private long _oldest;

    private FakeApiServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>Every request so far, for example <c>POST jobs</c> or <c>WATCH pods 107</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Answers instead of the server: status code, reason and message; <c>null</c> = the server's own.</summary>
    public Func<string, (int Code, string Reason, string Message)?> Refuses { get; set; } = static _ => null;

    public static async Task<FakeApiServer> StartAsync()
    {
        var server = new FakeApiServer();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A kubeconfig that leads here.</summary>
    public string Kubeconfig => new JsonObject
    {
        ["current-context"] = "fake",
        ["contexts"] = new JsonArray(new JsonObject
        {
            ["name"] = "fake", ["context"] = new JsonObject { ["cluster"] = "fake", ["user"] = "fake", ["namespace"] = "builds" },
        }),
        ["clusters"] = new JsonArray(new JsonObject
        {
            ["name"] = "fake", ["cluster"] = new JsonObject { ["server"] = Address.ToString().TrimEnd('/') },
        }),
        ["users"] = new JsonArray(new JsonObject { ["name"] = "fake", ["user"] = new JsonObject { ["token"] = "t" } }),
    }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        EndWatches();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>How often something was asked for, see <see cref="Requests"/>.</summary>
    public int Asked(string request)
    {
        lock (_gate)
        {
            return Requests.Count(one => one == request || one.StartsWith(request + " ", StringComparison.Ordinal));
        }
    }

    /// <summary>The names of what there is of a kind.</summary>
    public IReadOnlyList<string> Names(string plural)
    {
        lock (_gate)
        {
            return [.. Of(plural).Keys];
        }
    }

    /// <summary>An object, or <c>null</c>.</summary>
    public T? Find<T>(string plural, string name, JsonTypeInfo<T> type)
    {
        lock (_gate)
        {
            return Of(plural).TryGetValue(name, out var found) ? found.Deserialize(type) : default;
        }
    }

    /// <summary>Waits until something is so; looks after every change and request.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                next = _changed.Task;
            }
            if (isSo())
            {
                return;
            }
            await next;
        }
    }

    /// <summary>Waits until a watch of a kind is open.</summary>
    public Task UntilWatchedAsync(string plural) => UntilAsync(() =>
    {
        lock (_gate)
        {
            return _watches.Exists(watch => watch.Plural == plural);
        }
    });

    /// <summary>Makes an object with these labels and nothing else.</summary>
    public void Make(string plural, string name, IEnumerable<KeyValuePair<string, string>> labels) => Store(plural, new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["uid"] = $"uid-of-{name}",
            ["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
        },
        ["spec"] = new JsonObject
        {
            ["template"] = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject { ["containers"] = new JsonArray() } },
            ["accessModes"] = new JsonArray(),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject() },
        },
    });

    /// <summary>Makes a pod be so.</summary>
    public void Put(Pod pod) => Store("pods", JsonSerializer.SerializeToNode(pod, KubernetesJson.Default.Pod)!.AsObject());

    /// <summary>Says something about an object.</summary>
    public void Say(ClusterEvent said) =>
        Store("events", JsonSerializer.SerializeToNode(said, KubernetesJson.Default.ClusterEvent)!.AsObject());

    /// <summary>Removes an object; who watches is told.</summary>
    public void Remove(string plural, string name)
    {
        lock (_gate)
        {
            if (Of(plural).Remove(name, out var gone))
            {
                Tell(plural, "DELETED", gone);
            }
        }
        Pulse();
    }

    /// <summary>Ends every watch, as a server that restarts does.</summary>
    public void EndWatches()
    {
        lock (_gate)
        {
            foreach (var (_, lines) in _watches)
            {
                lines.Writer.TryComplete();
            }
        }
    }

    /// <summary>Forgets what happened until now: a watch from before is answered 410.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _oldest = ++_version;
            _history.Clear();
        }
    }

    /// <summary>Writes a line into every open watch of a kind as it is, and, with one that is cut off, ends it.</summary>
    public void Write(string plural, string line, bool isCut = false)
    {
        lock (_gate)
        {
            foreach (var (kind, lines) in _watches)
            {
                if (kind == plural)
                {
                    lines.Writer.TryWrite(isCut ? line : line + "\n");
                    if (isCut)
                    {
                        lines.Writer.TryComplete();
                    }
                }
            }
        }
    }

    /// <summary>Lets watchers of a kind know how far they are.</summary>
    public void Bookmark(string plural)
    {
        lock (_gate)
        {
            Write(plural, new JsonObject
            {
                ["type"] = "BOOKMARK",
                ["object"] = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = Text(++_version) } },
            }.ToJsonString());
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(parts, "namespaces");
        if (at < 0)
        {
            await context.Response.WriteAsync("""{"gitVersion":"v1.20.2"}""");
            return;
        }
        var (plural, name) = (parts[at + 2], parts.Length > at + 3 ? parts[at + 3] : "");
        var query = context.Request.Query;
        var isWatch = query["watch"] == "true";
        var what = $"{(isWatch ? "WATCH" : context.Request.Method)} {plural}{(isWatch ? $" {query["resourceVersion"]}" : name.Length > 0 ? $" {name}" : "")}";
        lock (_gate)
        {
            Requests.Add(what);
        }
        Pulse();
        if (Refuses(what) is { } refusal)
        {
            await StatusAsync(context, refusal.Code, refusal.Reason, refusal.Message);
        }
        else if (isWatch)
        {
            await WatchAsync(context, plural, long.Parse(query["resourceVersion"]!, CultureInfo.InvariantCulture));
        }
        else
        {
            await (context.Request.Method switch
            {
                "POST" => CreateAsync(context, plural),
                "DELETE" => DeleteAsync(context, plural, name),
                "PATCH" => PatchAsync(context, plural, name),
                _ when name.Length > 0 => OneAsync(context, plural, name),
                _ => ListAsync(context, plural, query["labelSelector"].ToString()),
            });
        }
    }

    private async Task CreateAsync(HttpContext context, string plural)
    {
        var made = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var name = (string)made["metadata"]!["name"]!;
        var isNew = false;
        lock (_gate)
        {
            if (!Of(plural).ContainsKey(name))
            {
                isNew = true;
                made["metadata"]!["uid"] = $"uid-of-{name}";
                Store(plural, made);
            }
        }
        await (isNew
            ? JsonAsync(context, 201, made)
            : StatusAsync(context, 409, "AlreadyExists", $"{plural} \"{name}\" already exists"));
    }

    private Task DeleteAsync(HttpContext context, string plural, string name)
    {
        bool was;
        lock (_gate)
        {
            was = Of(plural).ContainsKey(name);
        }
        Remove(plural, name);
        if (plural == "jobs")
        {
            // What belongs to a Job goes with it.
            foreach (var (kind, owned) in Owned($"uid-of-{name}", name))
            {
                Remove(kind, owned);
            }
        }
        return was ? JsonAsync(context, 200, new JsonObject()) : StatusAsync(context, 404, "NotFound", $"{plural} \"{name}\" not found");
    }

    private List<(string Plural, string Name)> Owned(string uid, string job)
    {
        lock (_gate)
        {
            return
            [
                .. Of("secrets").Where(one => IsOwned(one.Value, uid)).Select(one => ("secrets", one.Key)),
                .. Of("persistentvolumeclaims").Where(one => IsOwned(one.Value, uid)).Select(one => ("persistentvolumeclaims", one.Key)),
                .. Of("pods").Where(one => one.Key.StartsWith(job + "-", StringComparison.Ordinal)).Select(one => ("pods", one.Key)),
            ];
        }
    }

    private static bool IsOwned(JsonObject one, string uid) =>
        one["metadata"]!["ownerReferences"] is JsonArray owners && owners.Any(owner => (string?)owner!["uid"] == uid);

    private async Task PatchAsync(HttpContext context, string plural, string name)
    {
        var patch = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        JsonObject? found;
        lock (_gate)
        {
            if (Of(plural).TryGetValue(name, out found))
            {
                foreach (var (key, value) in patch["metadata"]!.AsObject())
                {
                    found["metadata"]![key] = value!.DeepClone();
                }
            }
        }
        Pulse();
        await (found is null ? StatusAsync(context, 404, "NotFound", $"{plural} \"{name}\" not found") : JsonAsync(context, 200, found));
    }

    private Task OneAsync(HttpContext context, string plural, string name)
    {
        JsonObject? found;
        lock (_gate)
        {
            found = Of(plural).GetValueOrDefault(name);
        }
        return found is null ? StatusAsync(context, 404, "NotFound", $"{plural} \"{name}\" not found") : JsonAsync(context, 200, found);
    }

    private Task ListAsync(HttpContext context, string plural, string selector)
    {
        JsonObject list;
        lock (_gate)
        {
            list = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = Text(_version) },
                ["items"] = new JsonArray([.. Of(plural).Values.Where(one => Fits(one, selector)).Select(one => one.DeepClone())]),
            };
        }
        return JsonAsync(context, 200, list);
    }

    private async Task WatchAsync(HttpContext context, string plural, long from)
    {
        var lines = Channel.CreateUnbounded<string>();
        bool isOld;
        lock (_gate)
        {
            isOld = from < _oldest;
            if (!isOld)
            {
                foreach (var (version, kind, line) in _history)
                {
                    if (kind == plural && version > from)
                    {
                        lines.Writer.TryWrite(line + "\n");
                    }
                }
                _watches.Add((plural, lines));
            }
        }
        if (isOld)
        {
            await StatusAsync(context, 410, "Expired", "too old resource version");
            return;
        }
        Pulse();
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await foreach (var line in lines.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line);
            await context.Response.Body.FlushAsync();
        }
        lock (_gate)
        {
            _watches.Remove((plural, lines));
        }
    }

    private void Store(string plural, JsonObject made)
    {
        lock (_gate)
        {
            var name = (string)made["metadata"]!["name"]!;
            var isNew = !Of(plural).ContainsKey(name);
            made["metadata"]!["resourceVersion"] = Text(++_version);
            Of(plural)[name] = made;
            Tell(plural, isNew ? "ADDED" : "MODIFIED", made);
        }
        Pulse();
    }

    private void Tell(string plural, string type, JsonObject about)
    {
        about["metadata"]!["resourceVersion"] = Text(type == "DELETED" ? ++_version : _version);
        var line = new JsonObject { ["type"] = type, ["object"] = about.DeepClone() }.ToJsonString();
        _history.Add((_version, plural, line));
        Write(plural, line);
    }

    private SortedDictionary<string, JsonObject> Of(string plural)
    {
        if (!_objects.TryGetValue(plural, out var all))
        {
            _objects[plural] = all = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        }
        return all;
    }

    private static bool Fits(JsonObject one, string selector) => selector.Length == 0 || selector.Split(',').All(part =>
        part.Split('=') switch
        {
            [var key, var value] => (string?)one["metadata"]!["labels"]?[key] == value,
            [var key] => one["metadata"]!["labels"]?[key] is not null,
            _ => false,
        });

    private void Pulse()
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            reached = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        reached.SetResult();
    }

    private static Task StatusAsync(HttpContext context, int code, string reason, string message) => JsonAsync(context, code, new JsonObject
    {
        ["kind"] = "Status", ["code"] = code, ["reason"] = reason, ["message"] = message,
    });

    private static Task JsonAsync(HttpContext context, int code, JsonObject body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
