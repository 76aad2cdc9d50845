using Kiln.Server.Http;
using Microsoft.Net.Http.Headers;

namespace Kiln.Server.Identity;

/// <summary>Checks the bearer token of every request against the rule of its endpoint.</summary>
public sealed class BearerAuthentication(RequestDelegate next, TokenIndex tokens)
{
    public Task InvokeAsync(HttpContext context)
    {
        // No endpoint: a 404 tells nothing that docs/api.md does not.
        if (context.GetEndpoint() is not { } endpoint)
        {
            return next(context);
        }
        var rule = endpoint.Metadata.GetMetadata<AccessRule>() ?? AccessRule.Default;
        if (rule.Needed is not { } needed)
        {
            return next(context);
        }
        if (Token(context.Request) is not { } token)
        {
            return ApiError.Unauthorized(
                "This call needs a token: send 'Authorization: Bearer <token>'. The server's first one is in the file "
                + "admin-token of its data directory.").ExecuteAsync(context);
        }
        if (tokens.Find(token) is not { } caller)
        {
            return ApiError.Unauthorized("This token is not known here; it may have been deleted.").ExecuteAsync(context);
        }
        if (!caller.Role.Grants(needed))
        {
            return ApiError.Forbidden(
                $"This call needs the role {needed.Word()}; the token '{caller.Name}' has the role {caller.Role.Word()}.")
                .ExecuteAsync(context);
        }
        context.Features.Set(caller);
        return next(context);
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
}
