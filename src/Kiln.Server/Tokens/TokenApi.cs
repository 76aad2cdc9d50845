using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Tokens;

/// <summary>Calls for tokens.</summary>
public static class TokenApi
{
    private const string What = "token";

    public static IServiceCollection AddTokens(this IServiceCollection services) => services.AddSingleton<TokenStore>();

    public static IEndpointRouteBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/openapi/system/tokens").Needs(Role.Admin);
        tokens.MapPost("", Create);
        tokens.MapGet("", List);
        tokens.MapDelete("/{name}", Delete);
        return routes;
    }

    private static async Task<Results<Ok<TokenCreated>, ApiError>> Create(
        HttpRequest request, TokenStore store, TokenIndex index, Caller caller, CancellationToken cancellationToken)
    {
        var token = "";
        var (stored, error) = await DefinitionCalls.CreateAsync(request, store, What, caller, Read, cancellationToken);
        if (stored is null)
        {
            return error!;
        }
        index.Add(Convert.FromHexString(stored.Value.Sha256), TokenStore.CallerOf(stored));
        return TypedResults.Ok(new TokenCreated(stored.Name, stored.Value.Kind, token));

        Draft<StoredToken> Read(BodyObject body)
        {
            var name = NameRules.Read(body, "name");
            if (name is "admin" or "embedded" or "system" or "demo")
            {
                body.Refuse("name", $"\"{name}\" is a name of the server itself.");
            }
            var kind = body.Word("kind", Presence.Filled, "user", "admin", "user", "agent");
            token = TokenHash.NewToken(kind switch { "admin" => Role.Admin, "agent" => Role.Agent, _ => Role.User });
            return new("", name, new StoredToken(
                kind, Convert.ToHexStringLower(TokenHash.Of(token)), body.Text("description", Presence.Optional)));
        }
    }

    private static async Task<Results<Ok<TokenList>, ApiError>> List(
        HttpRequest request, TokenStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new TokenList(page.Total, [.. page.Items.Select(stored => new TokenView(
            stored.Name, stored.Value.Kind, stored.Value.Description, stored.CreatedBy, stored.CreatedAt))]));
    }

    private static async Task<Results<Changed, ApiError>> Delete(
        string name, TokenStore store, TokenIndex index, Caller caller, CancellationToken cancellationToken)
    {
        if (await store.GetAsync("", name, cancellationToken) is not { } stored
            || !await store.DeleteAsync("", name, caller.Name, cancellationToken))
        {
            return DefinitionCalls.Missing(What, name, await store.AllAsync("", cancellationToken));
        }
        index.Remove(Convert.FromHexString(stored.Value.Sha256));
        return new Changed(null);
    }
}
