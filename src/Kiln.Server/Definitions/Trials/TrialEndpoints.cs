using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions.Trials;

/// <summary>
/// The calls that try a definition: a stored one, or a body before it is stored. They make the server connect to wherever the
/// definition says, so they are for owners and administrators, a few at once, and end soon.
/// </summary>
internal sealed class TrialEndpoints<T>(CatalogueKind<T> kind, ITrial<T> trial, TrialTools tools)
    where T : class
{
    public void Map(RouteGroupBuilder group, string one, ApiNoun noun, ProjectOf read, ProjectOf change)
    {
        group.MapPost("/validate", Answer(TryBodyAsync)).Needs(Verb.Own, change)
            .Says($"validate{noun.One}Body", noun.Chapter, $"Try a body of {noun.Spoken} in the world without storing it", [.. trial.Parameters])
            .Answers(typeof(TrialResult));
        group.MapPost($"{one}/validate", Answer(TryStoredAsync)).Needs(Verb.Own, read)
            .Says($"validate{noun.One}", noun.Chapter, $"Try {noun.Spoken} in the world: connect and log in", [.. trial.Parameters])
            .Answers(typeof(TrialResult));
    }

    private static RequestDelegate Answer(Func<HttpContext, Task<IResult>> handle) =>
        async context => await (await handle(context)).ExecuteAsync(context);

    private async Task<IResult> TryStoredAsync(HttpContext context)
    {
        var violations = new Violations();
        var address = DefinitionAddress.Of(kind.Address, context.Request, violations);
        var given = Given(context, violations);
        if (violations.Any)
        {
            return ApiError.Invalid(violations.Errors);
        }
        return await address.FindAsync(kind.Store, context.RequestAborted) is { } stored && kind.IsVisible(stored.Value, Caller.Of(context))
            ? await TryAsync(stored.Value, given, context)
            : ApiError.NotFound(404, $"There is no {kind.Address.What} \"{Quoted.Short(address.Name)}\".");
    }

    private async Task<IResult> TryBodyAsync(HttpContext context)
    {
        var violations = new Violations();
        var project = kind.Address.Scope == ProjectScope.System ? "" : Queries.Single(context.Request.Query, "projectKey", violations);
        var given = Given(context, violations);
        switch (await RequestBody.ReadAsync(context.Request, context.RequestAborted))
        {
            case RequestBody.Refused refused:
                return refused.Error;
            case RequestBody.Json json:
                var body = new BodyObject(json.Root, "", violations);
                var reader = await kind.ReaderAsync(Caller.Of(context), context.RequestAborted);
                // A mask stands for what is stored under the same name.
                var name = reader(new BodyObject(json.Root, "", new Violations()), current: null).Name;
                project = kind.Address.Scope == ProjectScope.System ? "" : body.Text("project_key", Presence.Optional, project);
                var current = name.Length == 0 ? null : await kind.Store.GetAsync(project, name, context.RequestAborted);
                var draft = reader(body, current?.Value);
                return violations.Any ? ApiError.Invalid(violations.Errors) : await TryAsync(draft.Value, given, context);
            default:
                throw new InvalidOperationException("A kind of body is missing here.");
        }
    }

    private Dictionary<string, string> Given(HttpContext context, Violations violations) => trial.Parameters.ToDictionary(
        parameter => parameter.Name, parameter => Queries.Single(context.Request.Query, parameter.Name, violations), StringComparer.Ordinal);

    private async Task<IResult> TryAsync(T value, Dictionary<string, string> given, HttpContext context)
    {
        if (!tools.Slots.Wait(0, CancellationToken.None))
        {
            return ApiError.TooMany("Other definitions are being tried right now; try again in a second.", seconds: 1);
        }
        var began = tools.Time.GetTimestamp();
        using var limit = new CancellationTokenSource(TrialTools.Limit, tools.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        Finding found;
        try
        {
            found = await trial.TryAsync(kind.MapSecrets(value, tools.Vault.Unseal), given, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            found = new(Finding.Timeout, $"Nothing came back within {TrialTools.Limit.TotalSeconds:0} seconds; a firewall may swallow the connection.");
        }
        finally
        {
            tools.Slots.Release();
        }
        return TypedResults.Ok(new TrialResult(
            found.Problem.Length == 0, found.Problem, found.Message, (long)tools.Time.GetElapsedTime(began).TotalMilliseconds));
    }
}

/// <summary>What trials of all kinds share.</summary>
internal sealed class TrialTools(SecretVault vault, TimeProvider time) : IDisposable
{
    /// <summary>How long one may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int AtOnce = 4;

    public SecretVault Vault => vault;

    public TimeProvider Time => time;

    /// <summary>One for each that runs.</summary>
    public SemaphoreSlim Slots { get; } = new(AtOnce);

    public void Dispose() => Slots.Dispose();
}
