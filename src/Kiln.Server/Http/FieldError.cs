using System.Text.Json.Serialization;

namespace Kiln.Server.Http;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Path in the body (<c>repo_info[0].branch</c>), or the name of a query parameter or header.</param>
/// <param name="Message">One sentence: what is wrong and what to do.</param>
/// <param name="About">The definition that is missing or forbids it; absent when the request alone is wrong.</param>
public sealed record FieldError(
    string Field,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FieldSubject? About = null);

/// <summary>A definition that a violation would go away with, were it there or other than it is.</summary>
/// <param name="Kind">Its kind, as sentences call it, for example <c>code host</c>.</param>
/// <param name="Name">Its name; empty = the one that the request itself names.</param>
public sealed record FieldSubject(string Kind, string Name);
