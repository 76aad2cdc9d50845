namespace Kiln.Server.Storage.Documents;

/// <summary>Tags by which one document refers to another.</summary>
public static class DocumentReference
{
    /// <summary>The tag of a document that refers to one of a kind.</summary>
    /// <param name="kind">Kind of what is referred to.</param>
    /// <param name="name">Its name, or its id as text.</param>
    public static string To(string kind, string name) => $"{kind}/{name}";
}

/// <summary>A document by name.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="ProjectKey">Project; empty = the system's.</param>
/// <param name="Name">Name.</param>
public sealed record DocumentName(string Kind, string ProjectKey, string Name);

/// <summary>Who refers to a document.</summary>
/// <param name="Total">How many.</param>
/// <param name="First">The first ten.</param>
public sealed record DocumentUsers(long Total, IReadOnlyList<DocumentName> First)
{
    /// <summary>Names them, for a person.</summary>
    public string Sentence()
    {
        var named = First.Select(user =>
            user.ProjectKey.Length == 0 ? $"{user.Kind} \"{user.Name}\"" : $"{user.Kind} \"{user.Name}\" of project \"{user.ProjectKey}\"");
        var more = Total > First.Count ? $" and {Total - First.Count} more" : "";
        return string.Join(", ", named) + more;
    }
}
