using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions;

/// <summary>What the calls of every catalogue slice have in common: read, find all violations, store, answer.</summary>
public static class DefinitionCalls
{
    /// <summary>Reads a body with <paramref name="read"/>; gives what was read, or an answer that names every violation.</summary>
    public static async Task<Read<TRead>> ReadAsync<TRead>(
        HttpRequest request, Func<BodyObject, TRead> read, CancellationToken cancellationToken)
        where TRead : class
    {
        switch (await RequestBody.ReadAsync(request, cancellationToken))
        {
            case RequestBody.Json json:
                var violations = new Violations();
                var value = read(new BodyObject(json.Root, "", violations));
                return violations.Any ? new(null, ApiError.Invalid(violations.Errors)) : new(value, null);
            case RequestBody.Refused refused:
                return new(null, refused.Error);
            default:
                throw new InvalidOperationException("A kind of body is missing here.");
        }
    }

    /// <summary>Creates a definition.</summary>
    /// <param name="what">Word for it in errors, for example <c>code host</c>.</param>
    public static async Task<Outcome<T>> CreateAsync<T>(
        HttpRequest request,
        DefinitionStore<T> store,
        string what,
        Caller caller,
        Func<BodyObject, Draft<T>> read,
        CancellationToken cancellationToken)
        where T : class
    {
        var (draft, error) = await ReadAsync(request, read, cancellationToken);
        if (draft is null)
        {
            return new(null, error);
        }
        return await store.CreateAsync(draft, caller.Name, cancellationToken) is { } stored
            ? new(stored, null)
            : new(null, ApiError.Conflict(409, $"There is a {what} '{draft.Name}' already."));
    }

    /// <summary>Replaces the definition <paramref name="current"/> by what the body says.</summary>
    public static async Task<Outcome<T>> ReplaceAsync<T>(
        HttpRequest request,
        DefinitionStore<T> store,
        Stored<T>? current,
        ApiError missing,
        Caller caller,
        Func<BodyObject, T, T> read,
        CancellationToken cancellationToken)
        where T : class
    {
        if (current is null)
        {
            return new(null, missing);
        }
        var stale = ApiError.Stale(412, $"'{current.Name}' was changed since you read it; read it again.");
        if (!IfMatch.Of(request).Allows(current.Tag))
        {
            return new(null, stale);
        }
        var (value, error) = await ReadAsync(request, body => read(body, current.Value), cancellationToken);
        if (value is null)
        {
            return new(null, error);
        }
        return await store.ReplaceAsync(current, value, caller.Name, cancellationToken) is { } stored
            ? new(stored, null)
            : new(null, stale);
    }

    /// <summary>Reads the page that a list call asks for.</summary>
    public static Read<Paging> Page(HttpRequest request)
    {
        var violations = new Violations();
        var paging = Paging.Read(request.Query, violations);
        return violations.Any ? new(null, ApiError.Invalid(violations.Errors)) : new(paging, null);
    }

    /// <summary>404 for a name, with the nearest that exist.</summary>
    public static ApiError Missing<T>(string what, string name, IEnumerable<Stored<T>> existing) =>
        ApiError.NotFound(404, NearestNames.Sentence(what, name, existing.Select(stored => stored.Name)));
}

/// <summary>What was read, or why not.</summary>
public sealed record Read<T>(T? Value, ApiError? Error)
    where T : class;

/// <summary>What is stored now, or why nothing was changed.</summary>
public sealed record Outcome<T>(Stored<T>? Stored, ApiError? Error)
    where T : class
{
    /// <summary>The plain answer of a change.</summary>
    public Microsoft.AspNetCore.Http.HttpResults.Results<Changed, ApiError> Answer =>
        Stored is { } stored ? new Changed(stored.Tag) : Error!;
}
