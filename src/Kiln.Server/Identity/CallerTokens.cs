using Kiln.Server.Http;

namespace Kiln.Server.Identity;

/// <summary>Who a request's bearer token says is calling.</summary>
public sealed class CallerTokens(TokenIndex tokens, TimeProvider time)
{
    /// <summary>Refuses whoever is no agent.</summary>
    public ApiError? RequireAgent(HttpContext context) => Authenticate(context) ?? Agent(Caller.Of(context));

    /// <summary>Finds out who calls; the refusal when nobody known does.</summary>
    public ApiError? Authenticate(HttpContext context)
    {
        if (BearerAuthentication.Token(context.Request) is not { } token)
        {
            return ApiError.Unauthorized(
                "This call needs a token: send 'Authorization: Bearer <token>'. The server's first one is in the file "
                + "admin-token of its data directory.");
        }
        if (tokens.Find(token) is not { } caller)
        {
            return ApiError.Unauthorized("This token is not known here; it may have been deleted.");
        }
        if (caller.Expires is { } end && end <= time.GetUtcNow())
        {
            return ApiError.Unauthorized($"The token '{caller.Name}' expired at {end:u}; ask for a new one.");
        }
        context.Features.Set(caller);
        return null;
    }

    private static ApiError? Agent(Caller caller) => caller.Kind == TokenKind.Agent
        ? null
        : ApiError.Forbidden($"This call needs an agent's token; '{caller.Name}' is a token of kind {caller.Kind.Word()}.");
}
