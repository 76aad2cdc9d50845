using System.Text.Json.Nodes;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>What applying documents would do. A closed family.</summary>
internal abstract record ApplyPlan
{
    private ApplyPlan() { }

    /// <summary>It can be done.</summary>
    /// <param name="Changes">Changes in an order in which each finds what it refers to; deletions last.</param>
    public sealed record Ready(IReadOnlyList<PlannedChange> Changes) : ApplyPlan;

    /// <summary>It cannot; nothing was changed.</summary>
    /// <param name="Problems">Everything that is wrong, with its place.</param>
    /// <param name="ExitCode">What the command ends with.</param>
    public sealed record Refused(IReadOnlyList<string> Problems, int ExitCode) : ApplyPlan;
}

/// <summary>Asks the server what each document would do; changes nothing.</summary>
internal sealed class ApplyPlanner(DefinitionCalls calls, IReadOnlyList<DefinitionDocument> documents)
{
    private readonly List<string> _problems = [];
    private int _exitCode = ExitCode.Success;

    /// <summary>Plans the documents.</summary>
    /// <param name="pruned">Projects whose definitions go when they are not among the documents.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ApplyPlan> PlanAsync(IReadOnlyList<string> pruned, CancellationToken cancellationToken)
    {
        var changes = new List<PlannedChange>();
        // Sorting is stable: within a kind the order of the files stays.
        foreach (var document in documents.OrderBy(document => Rank(document.Kind)))
        {
            if (await ChangeAsync(document, cancellationToken) is { } change)
            {
                changes.Add(change);
            }
            if (_exitCode is ExitCode.NotAuthenticated or ExitCode.Infrastructure)
            {
                return new ApplyPlan.Refused(_problems, _exitCode);
            }
        }
        foreach (var project in pruned)
        {
            changes.AddRange(await DeletionsAsync(project, cancellationToken));
        }
        return _problems.Count > 0 ? new ApplyPlan.Refused(_problems, _exitCode) : new ApplyPlan.Ready(changes);
    }

    private async Task<PlannedChange?> ChangeAsync(DefinitionDocument document, CancellationToken cancellationToken)
    {
        var (kind, project, name) = document.Id;
        var found = await calls.GetAsync(kind, project, name, cancellationToken);
        var stored = (found as Answer<StoredDefinition>.Ok)?.Value;
        if (stored is null && found is not Answer<StoredDefinition>.Refused { Status: 404 })
        {
            return Refuse(document, found);
        }
        var check = stored is null
            ? await calls.CheckCreateAsync(kind, document.Body, cancellationToken)
            : await calls.CheckReplaceAsync(kind, project, name, document.Body, stored.Tag, cancellationToken);
        var change = new PlannedChange(document.Id, stored is null ? ChangeKind.Create : ChangeKind.Update)
        {
            Document = document,
            Before = stored?.Spec,
            Tag = stored?.Tag,
        };
        return check switch
        {
            Answer<ChangeAnswer>.Ok { Value.Preview: { } preview }
                when UnknownFields.In(document.Body, preview.Spec, document.Kind.What) is { Count: > 0 } unknown =>
                Refuse(document, new Answer<ChangeAnswer>.Refused(400, "") { Errors = unknown }),
            Answer<ChangeAnswer>.Ok { Value: { Preview: { } preview } answer } => change with
            {
                Kind = preview.Change == "none" ? ChangeKind.None : change.Kind,
                After = preview.Spec,
                Warnings = answer.Warnings ?? [],
                ChangedSecrets =
                [
                    .. preview.Changes.Where(field => JsonNode.DeepEquals(field.From, field.To)).Select(field => field.Path),
                ],
            },
            // The server finds the rest when what it waits for is there.
            Answer<ChangeAnswer>.Refused { Errors: { Count: > 0 } errors } when errors.All(error => IsSettledByUs(error, document)) =>
                change with { After = SecretMask.Over(document.Body) },
            // It has just stored what was only to be checked: better to stop than to go on so.
            Answer<ChangeAnswer>.Ok => Refuse(document, new Answer<ChangeAnswer>.Refused(
                501, "The server does not know dry_run; it is older than this client.")),
            _ => Refuse(document, check),
        };
    }

    /// <summary>True when another document of the same files brings what is missing.</summary>
    private bool IsSettledByUs(Violation error, DefinitionDocument document) =>
        error.About is { } about && documents.Any(other => other != document
            && string.Equals(other.Kind.What, about.Kind, StringComparison.OrdinalIgnoreCase)
            && (about.Name.Length == 0 ? other.Name == document.Project : SameName(other, about.Name)));

    private static bool SameName(DefinitionDocument document, string name) =>
        document.Name == (document.Kind.Key == DefinitionKey.NameAndVersion ? name.Replace(' ', '/') : name);

    private PlannedChange? Refuse<T>(DefinitionDocument document, Answer<T> answer)
    {
        var (sentence, code) = Terminal.Verdict(answer);
        if (answer is Answer<T>.Refused { Errors: { Count: > 0 } errors })
        {
            _problems.AddRange(errors.Where(error => !IsSettledByUs(error, document)).Select(document.Explain));
        }
        else
        {
            _problems.Add($"{document.Source.At("")}: {document.Id}: {sentence}");
        }
        _exitCode = Math.Max(_exitCode, code);
        return null;
    }

    private async Task<IReadOnlyList<PlannedChange>> DeletionsAsync(string project, CancellationToken cancellationToken)
    {
        var deletions = new List<PlannedChange>();
        foreach (var kind in DefinitionKinds.All.Where(kind => kind.Scope != DefinitionScope.System).Reverse())
        {
            await foreach (var page in calls.PagesAsync(kind, project, cancellationToken))
            {
                if (page is not Answer<DefinitionPage>.Ok { Value.Items: var items })
                {
                    // A project that is only about to be made has nothing to lose.
                    if (page is not Answer<DefinitionPage>.Refused { Status: 404 })
                    {
                        var (sentence, code) = Terminal.Verdict(page);
                        _problems.Add($"--prune {project}: {sentence}");
                        _exitCode = Math.Max(_exitCode, code);
                    }
                    break;
                }
                deletions.AddRange(items
                    .Select(item => new DefinitionId(kind, project, kind.NameOf(item)))
                    .Where(id => !documents.Any(document => document.Id == id))
                    .Select(id => new PlannedChange(id, ChangeKind.Delete)));
            }
        }
        return deletions;
    }

    private static int Rank(DefinitionKind kind)
    {
        for (var i = 0; i < DefinitionKinds.All.Count; i++)
        {
            if (DefinitionKinds.All[i] == kind)
            {
                return i;
            }
        }
        return DefinitionKinds.All.Count;
    }
}
