namespace Kiln.Server.Identity;

/// <summary>
/// Who may call an endpoint. Set it on route groups; an endpoint without it needs <see cref="Role.User"/>, so that a
/// forgotten line closes a door instead of opening it.
/// </summary>
public static class Access
{
    /// <summary>Only callers whose role grants <paramref name="role"/>.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Role role)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule(role));

    /// <summary>No token at all.</summary>
    public static TBuilder Anonymous<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(AccessRule.Open);

    /// <summary>The endpoint checks a token of its own kind (a run token); it has no <see cref="Caller"/>.</summary>
    public static TBuilder ChecksItsOwnToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(AccessRule.Open);
}

internal sealed record AccessRule(Role? Needed)
{
    public static AccessRule Open { get; } = new((Role?)null);

    public static AccessRule Default { get; } = new(Role.User);
}
