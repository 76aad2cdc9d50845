using System.Text.Json.Nodes;
using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Tokens;

/// <summary>Tokens in the API. The token itself is in the answer to its creation, and nowhere else.</summary>
internal sealed class TokenDefinitions(TokenStore store, TokenIndex index, KnownProjects projects, TimeProvider time)
    : CatalogueKind<StoredToken>(store)
{
    private const long LastSecond = 253_402_300_799; // the end of the year 9999

    public override CatalogueAddress Address { get; } =
        new("token", "/openapi/system/tokens", "tokens") { ReadBy = Verb.Administer };

    public override async ValueTask<DefinitionReader<StoredToken>> ReaderAsync(Caller caller, CancellationToken cancellationToken)
    {
        var keys = await projects.KeysAsync(cancellationToken);
        return (body, current) => Read(body, current, keys);
    }

    public override JsonObject Body(StoredToken value)
    {
        var body = base.Body(value);
        body.Remove("sha256");
        return body;
    }

    public override JsonObject Created(Draft<StoredToken> draft, Stored<StoredToken> stored) => new()
    {
        ["name"] = stored.Name,
        ["kind"] = stored.Value.Kind,
        ["token"] = draft.Value.Clear,
    };

    public override Task SettleAsync(
        Stored<StoredToken>? before, Stored<StoredToken>? after, string by, CancellationToken cancellationToken)
    {
        if (after is not null)
        {
            index.Add(Convert.FromHexString(after.Value.Sha256), TokenStore.CallerOf(after.Value));
        }
        else if (before is not null)
        {
            index.Remove(Convert.FromHexString(before.Value.Sha256));
        }
        return Task.CompletedTask;
    }

    private Draft<StoredToken> Read(BodyObject body, StoredToken? current, IReadOnlyList<string> keys)
    {
        var name = NameRules.Read(body, "name", current?.Name);
        if (name is "admin" or "embedded" or "system" or "demo" or "anonymous")
        {
            body.Refuse("name", $"\"{name}\" is a name of the server itself.");
        }
        var kind = body.Word("kind", Presence.Filled, "user", "admin", "user", "agent");
        if (current is not null && kind != current.Kind)
        {
            body.Refuse("kind", $"A token keeps its kind ({current.Kind}); make another one.");
        }
        var clear = current is null ? TokenHash.NewToken(TokenWords.Kind(kind)) : null;
        return new(name, new StoredToken
        {
            Name = name,
            Kind = kind,
            Description = body.Text("description", Presence.Optional),
            Grants = Grants(body, kind, keys),
            Verbs = Limits(body, kind),
            ExpiresTime = Expires(body, current),
            Sha256 = current?.Sha256 ?? Convert.ToHexStringLower(TokenHash.Of(clear!)),
            Clear = clear,
        });
    }

    private static IReadOnlyList<TokenGrant> Grants(BodyObject body, string kind, IReadOnlyList<string> keys)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var grants = body.Objects("grants", Presence.Optional, grant =>
        {
            var project = grant.Text("project_key", Presence.Filled).Trim();
            if (project.Length > 0 && project != Caller.EveryProject && !keys.Contains(project))
            {
                grant.Violations.AddUnknown(grant.At("project_key"), "project", project, keys);
            }
            if (project.Length > 0 && !seen.Add(project))
            {
                grant.Refuse("project_key", "This project is listed twice.");
            }
            return new TokenGrant(project, grant.Word("role", Presence.Filled, "viewer", TokenWords.ProjectRoles));
        });
        if (grants.Count > 0 && kind != "user")
        {
            body.Refuse("grants", $"Belong to a token of kind user; {kind} has its own rights.");
        }
        return grants;
    }

    private static IReadOnlyList<string> Limits(BodyObject body, string kind)
    {
        var verbs = body.Texts("verbs", Presence.Optional);
        for (var i = 0; i < verbs.Count; i++)
        {
            if (!TokenWords.Limits.Contains(verbs[i]))
            {
                body.Refuse($"verbs[{i}]", $"\"{Quoted.Short(verbs[i])}\" is not known here; use {string.Join(", ", TokenWords.Limits)}.");
            }
        }
        if (verbs.Count > 0 && kind != "user")
        {
            body.Refuse("verbs", $"Limit a token of kind user; {kind} has its own rights.");
        }
        return [.. verbs.Distinct(StringComparer.Ordinal)];
    }

    private long Expires(BodyObject body, StoredToken? current)
    {
        var expires = body.LongNumber("expires_time", 0, 0, LastSecond);
        if (expires > 0 && expires != current?.ExpiresTime && expires <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            body.Refuse("expires_time", "Is past; give Unix seconds in the future, or 0 for a token that does not expire.");
        }
        return expires;
    }
}
