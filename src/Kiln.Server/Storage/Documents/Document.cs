namespace Kiln.Server.Storage.Documents;

/// <summary>A definition as it is stored.</summary>
/// <param name="Kind">Kind, a constant of the slice that owns it.</param>
/// <param name="ProjectKey">Project; empty = the system's.</param>
/// <param name="Name">Unique within kind and project.</param>
/// <param name="Id">Unique among all documents, grows with creation, never used again.</param>
/// <param name="Revision">From 1, grows by one with every change; what an ETag is made of.</param>
/// <param name="Json">The slice's own JSON.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="UpdatedAt">Unix milliseconds.</param>
public sealed record Document(
    string Kind,
    string ProjectKey,
    string Name,
    long Id,
    int Revision,
    string Json,
    string CreatedBy,
    string UpdatedBy,
    long CreatedAt,
    long UpdatedAt);

/// <summary>What a document becomes. A bare string is content without tags.</summary>
/// <param name="Json">The slice's own JSON.</param>
/// <param name="Tags">Words to find it by, see <see cref="DocumentQuery.Tag"/>; they replace the earlier ones.</param>
public sealed record DocumentContent(string Json, IReadOnlyCollection<string> Tags)
{
    public static implicit operator DocumentContent(string json) => new(json, []);
}
