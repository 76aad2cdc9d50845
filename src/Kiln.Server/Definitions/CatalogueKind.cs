using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>
/// One kind of definition as the API serves it: a slice says what it is called, how a body is read and which fields are
/// secret; list, get, create, replace and delete come from <see cref="CatalogueEndpoints{T}"/>.
/// </summary>
public abstract class CatalogueKind
{
    /// <summary>How it is called and addressed.</summary>
    public abstract CatalogueAddress Address { get; }

    internal abstract void Map(IEndpointRouteBuilder routes);
}

/// <summary>A kind whose definitions are <typeparamref name="T"/>, which is also the body of its calls.</summary>
public abstract class CatalogueKind<T>(DefinitionStore<T> store) : CatalogueKind
    where T : class
{
    /// <summary>Where its definitions are.</summary>
    public DefinitionStore<T> Store => store;

    /// <summary>What reads a body now; what it has to look up is looked up here.</summary>
    public abstract ValueTask<DefinitionReader<T>> ReaderAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>The definition with <paramref name="change"/> applied to every secret that is not empty.</summary>
    public virtual T MapSecrets(T value, Func<string, string> change) => value;

    /// <summary>What is stored but will not work as hoped, a sentence each.</summary>
    public virtual IReadOnlyList<string> Warnings(T value) => [];

    /// <summary>Why it cannot be deleted whoever asks; <c>null</c> = it can.</summary>
    public virtual string? Permanent(Stored<T> stored) => null;

    /// <summary>The body that describes it: what <c>POST</c> and <c>PUT</c> take.</summary>
    public virtual JsonObject Body(T value) => JsonSerializer.SerializeToNode(value, store.Json)!.AsObject();

    /// <summary>True when the caller may know of it, given that it may read the kind.</summary>
    public virtual bool IsVisible(T value, Caller caller) => true;

    /// <summary>Adds what an answer has beside the body.</summary>
    public virtual void Complete(JsonObject item, Stored<T> stored)
    {
    }

    /// <summary>Answer to a creation; <c>null</c> = the plain success.</summary>
    /// <param name="draft">What was read.</param>
    /// <param name="stored">What is stored.</param>
    public virtual JsonObject? Created(Draft<T> draft, Stored<T> stored) => null;

    /// <summary>Query parameters that <see cref="DeleteAsync"/> reads.</summary>
    public virtual IReadOnlyList<ApiParameter> DeleteParameters => [];

    /// <summary>Deletes it under the revision <paramref name="expected"/> (<c>null</c> = whatever it is).</summary>
    public virtual Task<DeleteOutcome> DeleteAsync(
        Stored<T> seen, int? expected, IQueryCollection query, string by, CancellationToken cancellationToken) =>
        store.DeleteAsync(seen.ProjectKey, seen.Name, expected, by, cancellationToken);

    /// <summary>Follows a change that is stored.</summary>
    /// <param name="before">What it was; <c>null</c> = new.</param>
    /// <param name="after">What it is; <c>null</c> = deleted.</param>
    /// <param name="by">Who changed it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public virtual Task SettleAsync(Stored<T>? before, Stored<T>? after, string by, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    internal override void Map(IEndpointRouteBuilder routes) =>
        new CatalogueEndpoints<T>(
            this,
            new DefinitionChanges<T>(this, routes.ServiceProvider.GetRequiredService<KnownProjects>()),
            routes.ServiceProvider.GetRequiredService<SecretVault>()).Map(routes);
}

/// <summary>Reads a body; what is wrong goes to the body's violations.</summary>
/// <param name="body">The body.</param>
/// <param name="current">What it replaces, secrets sealed; <c>null</c> for a new one.</param>
public delegate Draft<T> DefinitionReader<T>(BodyObject body, T? current)
    where T : class;
