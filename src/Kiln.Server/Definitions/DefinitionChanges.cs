using System.Text.Json;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Definitions;

/// <summary>Creates, replaces and deletes definitions of one kind.</summary>
public sealed class DefinitionChanges<T>(CatalogueKind<T> kind, KnownProjects projects)
    where T : class
{
    private const int MostNames = 1000;

    private readonly CatalogueAddress _words = kind.Address;

    /// <summary>Creates one from a body.</summary>
    /// <param name="json">The body.</param>
    /// <param name="projectKey">From the query; empty when not given.</param>
    /// <param name="dryRun">True: check it and store nothing.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DefinitionChange<T>> CreateAsync(
        JsonElement json, string projectKey, bool dryRun, Caller by, CancellationToken cancellationToken)
    {
        var body = new BodyObject(json, "", new Violations());
        var project = await ProjectAsync(body, projectKey, by, cancellationToken);
        var draft = (await kind.ReaderAsync(by, cancellationToken))(body, current: null);
        if (body.Violations.Any)
        {
            return new DefinitionChange<T>.Invalid(body.Violations);
        }
        if (dryRun)
        {
            return await kind.Store.GetAsync(project, draft.Name, cancellationToken) is null
                ? new DefinitionChange<T>.Checked(project, Before: null, draft.Value)
                : new DefinitionChange<T>.NameTaken(draft.Name);
        }
        if (await kind.Store.CreateAsync(project, draft, by.Name, cancellationToken) is not { } stored)
        {
            return new DefinitionChange<T>.NameTaken(draft.Name);
        }
        await kind.SettleAsync(before: null, stored, by.Name, cancellationToken);
        return new DefinitionChange<T>.Created(draft, stored);
    }

    /// <summary>Replaces one by what a body says. Without a condition the last writer wins.</summary>
    /// <param name="address">Which one.</param>
    /// <param name="json">The body.</param>
    /// <param name="condition">The caller's condition.</param>
    /// <param name="dryRun">True: check it and store nothing.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<DefinitionChange<T>> ReplaceAsync(
        DefinitionAddress address, JsonElement json, IfMatch condition, bool dryRun, Caller by, CancellationToken cancellationToken) =>
        ReplaceAsync(address, json, condition, dryRun, by, secretsOf: null, cancellationToken);

    /// <summary>As above; a mask in the body stands for a secret of <paramref name="secretsOf"/>, when that is given.</summary>
    public async Task<DefinitionChange<T>> ReplaceAsync(
        DefinitionAddress address, JsonElement json, IfMatch condition, bool dryRun, Caller by, T? secretsOf,
        CancellationToken cancellationToken)
    {
        var project = address.ProjectKey.Length == 0 && _words.Scope != ProjectScope.System ? Peek(json, "project_key") : address.ProjectKey;
        var place = address with { ProjectKey = project };
        while (true)
        {
            if (await place.FindAsync(kind.Store, cancellationToken) is not { } seen)
            {
                return await MissingAsync(place, by, cancellationToken);
            }
            if (!condition.Allows(seen.Tag))
            {
                return new DefinitionChange<T>.Stale(seen.Name);
            }
            var body = new BodyObject(json, "", new Violations());
            CheckProject(body, seen.ProjectKey);
            var draft = (await kind.ReaderAsync(by, cancellationToken))(body, secretsOf ?? seen.Value);
            if (draft.Name != seen.Name && draft.Name.Length > 0)
            {
                body.Refuse(_words.NameField, $"A {_words.What} cannot be renamed; its name is \"{seen.Name}\".");
            }
            if (body.Violations.Any)
            {
                return new DefinitionChange<T>.Invalid(body.Violations);
            }
            if (dryRun)
            {
                return new DefinitionChange<T>.Checked(seen.ProjectKey, seen, draft.Value);
            }
            if (await kind.Store.ReplaceAsync(seen, draft.Value, by.Name, cancellationToken) is { } stored)
            {
                await kind.SettleAsync(seen, stored, by.Name, cancellationToken);
                return new DefinitionChange<T>.Replaced(stored);
            }

            // Someone else was faster: what the mask stands for may have changed, so read again.
        }
    }

    /// <summary>Deletes one that nothing refers to.</summary>
    public async Task<DefinitionChange<T>> DeleteAsync(
        DefinitionAddress address, IQueryCollection query, IfMatch condition, Caller by, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await address.FindAsync(kind.Store, cancellationToken) is not { } seen)
            {
                return await MissingAsync(address, by, cancellationToken);
            }
            if (!condition.Allows(seen.Tag))
            {
                return new DefinitionChange<T>.Stale(seen.Name);
            }
            if (kind.Permanent(seen) is { } sentence)
            {
                return new DefinitionChange<T>.Permanent(sentence);
            }
            switch (await kind.DeleteAsync(seen, seen.Revision, query, by.Name, cancellationToken))
            {
                case DeleteOutcome.Deleted:
                    await kind.SettleAsync(seen, after: null, by.Name, cancellationToken);
                    return new DefinitionChange<T>.Deleted();
                case DeleteOutcome.InUse inUse:
                    return new DefinitionChange<T>.InUse(seen.Name, inUse.Users);
                default:
                    continue; // Changed or deleted meanwhile: decide on what is there now.
            }
        }
    }

    /// <summary>Says that there is none, and which there are.</summary>
    public async Task<DefinitionChange<T>.Missing> MissingAsync(
        DefinitionAddress address, Caller caller, CancellationToken cancellationToken)
    {
        var page = await kind.Store.PageAsync(
            address.ProjectKey, new DocumentQuery(1, MostNames), value => kind.IsVisible(value, caller), cancellationToken);
        return new(NearestNames.Sentence(
            _words.What, address.Name, page.Items.Select(stored => address.IsId ? stored.IdText : stored.Name)));
    }

    private async Task<string> ProjectAsync(BodyObject body, string fromQuery, Caller caller, CancellationToken cancellationToken)
    {
        if (_words.Scope == ProjectScope.System)
        {
            return "";
        }
        var isNeeded = _words.Scope == ProjectScope.Required && fromQuery.Length == 0;
        var key = body.Text("project_key", isNeeded ? Presence.Filled : Presence.Optional, fromQuery).Trim();
        if (fromQuery.Length > 0)
        {
            CheckProject(body, fromQuery);
        }
        if (key.Length > 0 && await projects.KeysAsync(cancellationToken) is var keys && !keys.Contains(key))
        {
            body.Violations.AddUnknown("project_key", "project", key, keys.Where(caller.Sees));
        }
        return key;
    }

    private void CheckProject(BodyObject body, string expected)
    {
        if (_words.Scope != ProjectScope.System && body.Has("project_key")
            && body.Text("project_key", Presence.Optional) is var said && said.Trim() != expected)
        {
            body.Refuse("project_key", $"Says \"{Quoted.Short(said)}\", the address says \"{Quoted.Short(expected)}\"; they must agree.");
        }
    }

    private static string Peek(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";
}
