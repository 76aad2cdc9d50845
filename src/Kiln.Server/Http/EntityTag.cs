using Microsoft.Net.Http.Headers;

namespace Kiln.Server.Http;

/// <summary>
/// Strong tag of a stored definition. The id is part of it: a definition deleted and made again starts at revision 1,
/// and must not match a tag of its predecessor.
/// </summary>
public sealed record EntityTag(long Id, int Revision)
{
    public override string ToString() => $"\"{Id}.{Revision}\"";
}

/// <summary>The <c>If-Match</c> condition of a request.</summary>
public sealed class IfMatch
{
    /// <summary>The header, for the API document.</summary>
    public static ApiParameter Parameter { get; } = ApiParameter.Header(
        HeaderNames.IfMatch, "ETag that was read: 412 when something else is stored by now. Absent = the last writer wins.");

    private readonly IReadOnlyList<string>? _tags;

    private IfMatch(IReadOnlyList<string>? tags) => _tags = tags;

    /// <summary>False when the request sets no condition: then the last writer wins.</summary>
    public bool IsConditional => _tags is not null;

    /// <summary>True when what is stored may be changed. Check it and write under the revision that was checked.</summary>
    public bool Allows(EntityTag current) => _tags is null || _tags.Contains("*") || _tags.Contains(current.ToString());

    /// <summary>Reads the header; weak tags never match, as RFC 9110 says.</summary>
    public static IfMatch Of(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.IfMatch];
        return header.Count == 0
            ? new IfMatch(null)
            : new IfMatch([.. header.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))]);
    }
}
