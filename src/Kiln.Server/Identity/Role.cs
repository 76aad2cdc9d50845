namespace Kiln.Server.Identity;

/// <summary>A role in a project; each may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Looks at everything in the project.</summary>
    Viewer,

    /// <summary>Starts, cancels and retries runs.</summary>
    Runner,

    /// <summary>Changes builds, services, code hosts and variables of the project.</summary>
    Editor,

    /// <summary>Changes the project itself.</summary>
    Owner,

    /// <summary>Changes what is the system's, and allows projects dangerous settings.</summary>
    Admin,
}

/// <summary>What a call does, for deciding who may.</summary>
public enum Verb
{
    Read,
    Run,
    Edit,
    Own,
    Administer,
}

/// <summary>A set of verbs.</summary>
[Flags]
public enum Verbs
{
    None = 0,
    Read = 1 << Verb.Read,
    Run = 1 << Verb.Run,
    Edit = 1 << Verb.Edit,
    Own = 1 << Verb.Own,
    Administer = 1 << Verb.Administer,
    All = Read | Run | Edit | Own | Administer,
}

/// <summary>The table of roles and verbs, and their words.</summary>
public static class Roles
{
    /// <summary>True when <paramref name="role"/> may do <paramref name="verb"/>.</summary>
    public static bool Grants(this Role role, Verb verb) => role >= verb.Needs();

    /// <summary>The least role that may do it.</summary>
    public static Role Needs(this Verb verb) => verb switch
    {
        Verb.Read => Role.Viewer,
        Verb.Run => Role.Runner,
        Verb.Edit => Role.Editor,
        Verb.Own => Role.Owner,
        _ => Role.Admin,
    };

    public static bool Include(this Verbs verbs, Verb verb) => ((int)verbs & (1 << (int)verb)) != 0;

    /// <summary>The word of a role in API and errors.</summary>
    public static string Word(this Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Runner => "runner",
        Role.Editor => "editor",
        Role.Owner => "owner",
        _ => "admin",
    };

    /// <summary>The word of a verb in API and errors.</summary>
    public static string Word(this Verb verb) => verb switch
    {
        Verb.Read => "read",
        Verb.Run => "run",
        Verb.Edit => "edit",
        Verb.Own => "own",
        _ => "administer",
    };

    /// <summary>The word of a kind of token in API and errors.</summary>
    public static string Word(this TokenKind kind) => kind switch
    {
        TokenKind.Admin => "admin",
        TokenKind.User => "user",
        _ => "agent",
    };
}
