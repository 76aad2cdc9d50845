using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Reading;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Planning;
using Kiln.Server.Storage.Documents;

namespace Kiln.Server.Builds;

/// <summary>Which of the document's two bodies a call carries.</summary>
public enum BuildForm
{
    /// <summary>A recipe of its own.</summary>
    Plain,

    /// <summary>From a template.</summary>
    FromTemplate,
}

/// <summary>Creates, replaces and deletes builds.</summary>
public sealed class BuildChanges(BuildStore store, CatalogueLoader catalogues)
{
    /// <summary>Creates a build from a body.</summary>
    /// <param name="form">Which body it is.</param>
    /// <param name="body">The body.</param>
    /// <param name="projectKey">From the query; empty when not given.</param>
    /// <param name="dryRun">True: check it and store nothing.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BuildChange> CreateAsync(
        BuildForm form, JsonElement body, string projectKey, bool dryRun, Caller by, CancellationToken cancellationToken)
    {
        var catalogue = await CatalogueAsync(Peek(body, "project_key"), by, cancellationToken);
        var read = Read(new BuildReader(catalogue, Stored: null, projectKey, Name: ""), form, body);
        if (read is ReadResult.Invalid invalid)
        {
            return new BuildChange.Invalid(invalid.Violations);
        }
        var build = ((ReadResult.Valid)read).Definition;
        var (name, project) = build.Identity();
        if (dryRun)
        {
            return await store.GetAsync(project, name, cancellationToken) is null
                ? new BuildChange.Checked(Before: null, build)
                : new BuildChange.NameTaken(project, name);
        }
        if (await store.CreateAsync(build, by.Name, cancellationToken) is { } stored)
        {
            return new BuildChange.Saved(stored.Tag, Credentials.Warnings(build));
        }
        return new BuildChange.NameTaken(project, name);
    }

    /// <summary>Replaces a build by what a body says. Without a condition the last writer wins.</summary>
    /// <param name="form">Which body it is; it may turn a build of one form into the other.</param>
    /// <param name="body">The body.</param>
    /// <param name="projectKey">From the query; empty when not given.</param>
    /// <param name="pathName">Name in the address; empty when it has none.</param>
    /// <param name="condition">The caller's condition.</param>
    /// <param name="dryRun">True: check it and store nothing.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<BuildChange> ReplaceAsync(
        BuildForm form, JsonElement body, string projectKey, string pathName, IfMatch condition, bool dryRun, Caller by,
        CancellationToken cancellationToken) =>
        ReplaceAsync(form, body, projectKey, pathName, condition, dryRun, by, secretsOf: null, cancellationToken);

    /// <summary>As above; a mask in the body stands for a secret of <paramref name="secretsOf"/>, when that is given.</summary>
    public async Task<BuildChange> ReplaceAsync(
        BuildForm form, JsonElement body, string projectKey, string pathName, IfMatch condition, bool dryRun, Caller by,
        BuildDefinition? secretsOf, CancellationToken cancellationToken)
    {
        var project = Peek(body, "project_key");
        var name = Peek(body, "name").Trim();
        var catalogue = await CatalogueAsync(project, by, cancellationToken);
        while (true)
        {
            var seen = name.Length == 0 ? null : await store.GetAsync(project, name, cancellationToken);
            var agrees = (pathName.Length == 0 || pathName == name) && (projectKey.Length == 0 || projectKey == project);
            if (seen is null && agrees && name.Length > 0 && catalogue.Projects.Contains(project))
            {
                return await MissingAsync(project, name, cancellationToken);
            }
            if (seen is not null && !condition.Allows(seen.Tag))
            {
                return new BuildChange.Stale(name);
            }
            var read = Read(new BuildReader(catalogue, secretsOf ?? seen?.Definition, projectKey, pathName), form, body);
            if (read is ReadResult.Invalid invalid)
            {
                return new BuildChange.Invalid(invalid.Violations);
            }
            var build = ((ReadResult.Valid)read).Definition;
            if (dryRun)
            {
                return new BuildChange.Checked(seen, build);
            }
            if (await store.ReplaceAsync(seen!, build, by.Name, cancellationToken) is { } stored)
            {
                return new BuildChange.Saved(stored.Tag, Credentials.Warnings(build));
            }

            // Someone else was faster: what the mask and absent additions stand for may have changed, so read again.
        }
    }

    /// <summary>Deletes a build; runs of it keep their plan and finish.</summary>
    public async Task<BuildChange> DeleteAsync(
        string projectKey, string name, IfMatch condition, Caller by, CancellationToken cancellationToken)
    {
        while (true)
        {
            int? expected = null;
            if (condition.IsConditional)
            {
                if (await store.GetAsync(projectKey, name, cancellationToken) is not { } seen)
                {
                    return await MissingAsync(projectKey, name, cancellationToken);
                }
                if (!condition.Allows(seen.Tag))
                {
                    return new BuildChange.Stale(name);
                }
                expected = seen.Revision;
            }
            switch (await store.DeleteAsync(projectKey, name, expected, by.Name, cancellationToken))
            {
                case DeleteOutcome.Deleted:
                    return new BuildChange.Deleted();
                case DeleteOutcome.Missing:
                    return await MissingAsync(projectKey, name, cancellationToken);
                default:
                    continue;
            }
        }
    }

    private async Task<Catalogue> CatalogueAsync(string projectKey, Caller caller, CancellationToken cancellationToken)
    {
        var catalogue = await catalogues.LoadAsync(projectKey, cancellationToken);
        return catalogue with { Projects = [.. catalogue.Projects.Where(caller.Sees)] };
    }

    private async Task<BuildChange> MissingAsync(string projectKey, string name, CancellationToken cancellationToken) =>
        new BuildChange.Missing(NearestNames.Sentence(
            $"build in project \"{Quoted.Short(projectKey)}\" called", name, await store.NamesAsync(projectKey, cancellationToken)));

    private static ReadResult Read(BuildReader reader, BuildForm form, JsonElement body) =>
        form == BuildForm.Plain ? reader.ReadPlain(body) : reader.ReadFromTemplate(body);

    private static string Peek(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
