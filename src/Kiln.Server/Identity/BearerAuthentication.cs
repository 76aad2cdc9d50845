using Kiln.Server.Http;
using Microsoft.Net.Http.Headers;

namespace Kiln.Server.Identity;

/// <summary>Checks the bearer token of every request against the rule of its endpoint.</summary>
public sealed class BearerAuthentication(
    RequestDelegate next, CallerTokens callers, RequestProjects projects, RequestBudget budget)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // No endpoint: a 404 tells nothing that docs/api.md does not.
        if (context.GetEndpoint() is not { } endpoint)
        {
            await next(context);
            return;
        }
        var refusal = endpoint.Metadata.GetMetadata<AccessRule>() switch
        {
            AccessRule.Open => null,
            AccessRule.Agent => callers.RequireAgent(context),
            AccessRule.InProject rule => Admit(context) ?? await InProjectAsync(rule, Caller.Of(context), context),
            _ => Admit(context) ?? (Caller.Of(context).Kind == TokenKind.Admin ? null : Refused.System(Caller.Of(context))),
        };
        await (refusal is null ? next(context) : refusal.ExecuteAsync(context));
    }

    /// <summary>The token of a request's <c>Authorization</c> header, or <c>null</c>.</summary>
    public static string? Token(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers[HeaderNames.Authorization].ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && header.Length > scheme.Length
            ? header[scheme.Length..].Trim()
            : null;
    }

    // Attempts without a valid token are counted too, by the address they come from: each of them is recorded.
    private ApiError? Admit(HttpContext context)
    {
        var refusal = callers.Authenticate(context);
        var caller = context.Features.Get<Caller>()?.Name;
        return budget.Take(caller ?? $"@{context.Connection.RemoteIpAddress}") is > 0 and var seconds
            ? Refused.TooMany(caller, seconds)
            : refusal;
    }

    private async ValueTask<ApiError?> InProjectAsync(AccessRule.InProject rule, Caller caller, HttpContext context)
    {
        var project = await projects.OfAsync(rule.Project, context);
        context.Features.Set(project); // for the audit record
        return project switch
        {
            RequestProject.System when rule.Verb is Verb.Read => Somewhere(caller, rule.Verb),
            RequestProject.System => caller.Kind == TokenKind.Admin ? null : Refused.System(caller),
            RequestProject.Unsaid => Somewhere(caller, rule.Verb),
            RequestProject.One { Hidden: { } missing } one when !caller.Sees(one.Key) => missing,
            RequestProject.One one => caller.May(rule.Verb, one.Key) ? null : Refused.InProject(caller, rule.Verb, one.Key),
            _ => throw new InvalidOperationException("A kind of project is missing here."),
        };
    }

    private static ApiError? Somewhere(Caller caller, Verb verb) => caller.MaySomewhere(verb) ? null : Refused.Anywhere(caller, verb);
}
