namespace Kiln.Server.Identity;

/// <summary>Who makes a request. Handlers take it as a parameter; an endpoint that is not anonymous always has one.</summary>
/// <param name="Name">Name of the token; shown as creator and updater.</param>
/// <param name="Kind">What kind of token it is.</param>
public sealed record Caller(string Name, TokenKind Kind)
{
    /// <summary>Roles by project, of a user; <c>*</c> stands for every project.</summary>
    public IReadOnlyDictionary<string, Role> Grants { get; init; } = EditorEverywhere;

    /// <summary>What it may do at most, whatever its roles say.</summary>
    public Verbs Most { get; init; } = Verbs.All;

    /// <summary>From when on it is refused; <c>null</c> = never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The grant of a user whose token names none.</summary>
    public static IReadOnlyDictionary<string, Role> EditorEverywhere { get; } =
        new Dictionary<string, Role>(StringComparer.Ordinal) { [EveryProject] = Role.Editor };

    /// <summary>Stands for all projects in a grant.</summary>
    public const string EveryProject = "*";

    /// <summary>Role in a project; <c>null</c> = none.</summary>
    public Role? RoleIn(string projectKey) => Kind switch
    {
        TokenKind.Admin => Role.Admin,
        TokenKind.User when Grants.TryGetValue(projectKey, out var role) => role,
        TokenKind.User when Grants.TryGetValue(EveryProject, out var role) => role,
        _ => null,
    };

    /// <summary>True when it may do <paramref name="verb"/> in a project.</summary>
    public bool May(Verb verb, string projectKey) =>
        RoleIn(projectKey) is { } role && role.Grants(verb) && (Kind == TokenKind.Admin || Most.Include(verb));

    /// <summary>True when it may do <paramref name="verb"/> in some project.</summary>
    public bool MaySomewhere(Verb verb) =>
        Kind == TokenKind.Admin
        || (Kind == TokenKind.User && Most.Include(verb) && Grants.Values.Any(role => role.Grants(verb)));

    /// <summary>True when it may know of a project.</summary>
    public bool Sees(string projectKey) => May(Verb.Read, projectKey);

    /// <summary>The projects it may see; <c>null</c> = all.</summary>
    public IReadOnlyCollection<string>? Visible => Sees(EveryProject) ? null : [.. Grants.Keys.Where(Sees)];

    /// <summary>Binds the parameter of a handler.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(Of(context));

    /// <summary>The caller of a request.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is anonymous.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("An anonymous endpoint asked for its caller.");
}

/// <summary>Kinds of tokens.</summary>
public enum TokenKind
{
    /// <summary>The runner protocol only.</summary>
    Agent,

    /// <summary>What its roles in projects say.</summary>
    User,

    /// <summary>Everything except the runner protocol.</summary>
    Admin,
}
