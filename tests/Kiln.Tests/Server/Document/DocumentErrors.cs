using System.Text.Json.Nodes;

namespace Kiln.Tests.Server.Document;

/// <summary>Which errors a call can answer.</summary>
internal static class DocumentErrors
{
    private static readonly SortedDictionary<int, (string Name, string Description)> Known = new()
    {
        [400] = ("Invalid", "The request is wrong; every violation is named."),
        [401] = ("Unauthorized", "No token, or one that is unknown or has expired."),
        [403] = ("Forbidden", "The token may not; the missing role is named."),
        [404] = ("NotFound", "There is none; the nearest are named."),
        [409] = ("Conflict", "The name is taken, it is in use, or its state does not allow that."),
        [412] = ("Stale", "It was changed since the ETag in If-Match was read."),
        [413] = ("TooLarge", "The body is larger than 4 MiB."),
        [429] = ("TooMany", "Too many requests; Retry-After says in how many seconds to go on."),
        [500] = ("Broken", "The server's fault; its log has the cause under the reference that is named."),
        [503] = ("NotReady", "Not ready yet; Retry-After says when to ask again."),
    };

    public static string Name(int status) => Known[status].Name;

    public static IEnumerable<int> Of(string method, JsonArray parameters, bool hasBody, bool isOpen)
    {
        if (isOpen)
        {
            return [500, 503];
        }
        var named = parameters.Any(parameter => (string?)parameter!["in"] == "path" || (string?)parameter["name"] == "projectKey");
        return new (int Status, bool Can)[]
        {
            (400, parameters.Count > 0 || hasBody), (401, true), (403, true), (404, named), (409, method is "post" or "put" or "delete"),
            (412, parameters.Any(parameter => (string?)parameter!["name"] == "If-Match")), (413, hasBody), (429, true), (500, true),
        }.Where(error => error.Can).Select(error => error.Status);
    }

    public static JsonObject Components(JsonObject error) => new(Known.Values.Select(known => KeyValuePair.Create(
        known.Name,
        (JsonNode?)new JsonObject
        {
            ["description"] = known.Description,
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = error.DeepClone() } },
        })));
}
