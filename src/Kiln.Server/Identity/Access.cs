namespace Kiln.Server.Identity;

/// <summary>
/// Who may call an endpoint, declared where the endpoint or its group is mapped. An endpoint without a rule is only
/// for administrators, so that a forgotten line closes a door instead of opening it.
/// </summary>
public static class Access
{
    /// <summary>Callers who may do <paramref name="verb"/> in the project that the request is about.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Verb verb, ProjectOf project)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule.InProject(verb, project));

    /// <summary>Administrators.</summary>
    public static TBuilder NeedsAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule.InProject(Verb.Administer, ProjectOf.System));

    /// <summary>Agents, by their token.</summary>
    public static TBuilder NeedsAgent<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule.Agent());

    /// <summary>No token at all.</summary>
    public static TBuilder Anonymous<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule.Open());

    /// <summary>The endpoint checks a token of its own kind (a run token); it has no <see cref="Caller"/>.</summary>
    public static TBuilder ChecksItsOwnToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule.Open());
}

/// <summary>Which project a request is about.</summary>
public enum ProjectOf
{
    /// <summary>None: it is about the system. To read that, a role in any project will do.</summary>
    System,

    /// <summary>The query parameter <c>projectKey</c>, which must be there.</summary>
    Query,

    /// <summary>The query parameter <c>projectKey</c>; without it the system.</summary>
    QueryOrSystem,

    /// <summary>The query parameter <c>projectKey</c>, or <c>project_key</c> of the body; one must be there.</summary>
    Body,

    /// <summary>The query parameter <c>projectKey</c>, or <c>project_key</c> of the body; without them the system.</summary>
    BodyOrSystem,

    /// <summary>The project of the run in the address.</summary>
    Run,
}

/// <summary>The rule of an endpoint. A closed family.</summary>
public abstract record AccessRule
{
    private AccessRule() { }

    /// <summary>Anyone, or anyone whom the endpoint itself lets in.</summary>
    public sealed record Open : AccessRule;

    /// <summary>Agents.</summary>
    public sealed record Agent : AccessRule;

    /// <summary>Whoever may do <paramref name="Verb"/> in a project.</summary>
    public sealed record InProject(Verb Verb, ProjectOf Project) : AccessRule;
}
