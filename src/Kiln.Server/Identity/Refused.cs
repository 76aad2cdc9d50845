using Kiln.Server.Http;

namespace Kiln.Server.Identity;

/// <summary>Answers to callers who may not: each names the role that is missing.</summary>
internal static class Refused
{
    public static ApiError System(Caller caller) =>
        ApiError.Forbidden($"This call needs the role admin; {Held(caller)}.");

    public static ApiError Anywhere(Caller caller, Verb verb) =>
        ApiError.Forbidden($"This call needs the role {verb.Needs().Word()}; {Held(caller)}.");

    public static ApiError InProject(Caller caller, Verb verb, string projectKey) => ApiError.Forbidden(
        caller.RoleIn(projectKey) is not { } role
            ? $"This call needs the role {verb.Needs().Word()} in project \"{projectKey}\"; the token '{caller.Name}' has no role there."
        : role.Grants(verb)
            ? $"The token '{caller.Name}' is limited to other verbs than {verb.Word()}, whatever its role."
            : $"This call needs the role {verb.Needs().Word()} in project \"{projectKey}\"; the token '{caller.Name}' has the role {role.Word()} there.");

    /// <param name="caller">Name of the token; <c>null</c> = none that is valid.</param>
    /// <param name="seconds">When to go on.</param>
    public static ApiError TooMany(string? caller, int seconds) => ApiError.TooMany(
        $"Too many requests {(caller is null ? "without a valid token from this address" : $"with the token '{caller}'")}; "
        + $"go on in {seconds} s. The setting rate_limit says how many are fine.",
        seconds);

    private static string Held(Caller caller) => $"'{caller.Name}' is a token of kind {caller.Kind.Word()}"
        + (caller.Kind == TokenKind.User
            ? $" with {string.Join(", ", caller.Grants.Select(grant => $"{grant.Value.Word()} in {(grant.Key == Caller.EveryProject ? "every project" : grant.Key)}"))}"
            : "");
}
