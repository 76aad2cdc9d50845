namespace Kiln.Server.Identity;

/// <summary>What a token may do.</summary>
public enum Role
{
    /// <summary>The runner protocol only.</summary>
    Agent,

    /// <summary>Builds and runs, reading the catalogue.</summary>
    User,

    /// <summary>Everything except the runner protocol.</summary>
    Admin,
}

/// <summary>Who makes a request. Handlers take it as a parameter; an endpoint that is not anonymous always has one.</summary>
/// <param name="Name">Name of the token; shown as creator and updater.</param>
/// <param name="Role">What the token may do.</param>
public sealed record Caller(string Name, Role Role)
{
    /// <summary>Binds the parameter of a handler.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(Of(context));

    /// <summary>The caller of a request.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is anonymous.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("An anonymous endpoint asked for its caller.");
}

/// <summary>Words of roles.</summary>
public static class Roles
{
    /// <summary>The word of a role in API and errors.</summary>
    public static string Word(this Role role) => role switch
    {
        Role.Admin => "admin",
        Role.User => "user",
        _ => "agent",
    };

    /// <summary>True when a token of role <paramref name="held"/> may do what needs <paramref name="needed"/>.</summary>
    public static bool Grants(this Role held, Role needed) =>
        held == needed || (held == Role.Admin && needed == Role.User);
}
