using Kiln.Server.Identity;

namespace Kiln.Server.Tokens;

/// <summary>The words of a token's body.</summary>
internal static class TokenWords
{
    /// <summary>Roles that can be granted in a project.</summary>
    public static readonly string[] ProjectRoles = ["owner", "editor", "runner", "viewer"];

    /// <summary>Verbs that a token can be limited to.</summary>
    public static readonly string[] Limits = ["read", "run", "edit", "own"];

    public static TokenKind Kind(string word) => word switch
    {
        "admin" => TokenKind.Admin,
        "user" => TokenKind.User,
        _ => TokenKind.Agent,
    };

    public static Role Role(string word) => word switch
    {
        "owner" => Identity.Role.Owner,
        "editor" => Identity.Role.Editor,
        "runner" => Identity.Role.Runner,
        _ => Identity.Role.Viewer,
    };

    public static Verbs Most(IReadOnlyList<string> words) => words.Count == 0
        ? Verbs.All
        : words.Aggregate(Verbs.None, (verbs, word) => verbs | word switch
        {
            "own" => Verbs.Own,
            "edit" => Verbs.Edit,
            "run" => Verbs.Run,
            _ => Verbs.Read,
        });
}
