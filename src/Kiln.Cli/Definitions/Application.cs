using System.Text.Json.Nodes;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>Carries a plan out, change by change; the first that fails ends it.</summary>
internal sealed class Application(DefinitionCalls calls, Terminal terminal)
{
    /// <summary>Makes the changes.</summary>
    /// <returns>The exit code; what was and was not done is said.</returns>
    public async Task<int> MakeAsync(IReadOnlyList<PlannedChange> changes, CancellationToken cancellationToken)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (change.Kind == ChangeKind.None)
            {
                continue;
            }
            var made = await MakeAsync(change, cancellationToken);
            if (made is not Answer<JsonObject>.Ok { Value: var answer })
            {
                return Stop(changes, i, made);
            }
            if (change.Kind == ChangeKind.Create && change.Id.Kind == DefinitionKinds.Token)
            {
                await terminal.Output.WriteLineAsync($"token {change.Id.Name}, shown only now: {answer.Text("token")}");
            }
        }
        return ExitCode.Success;
    }

    private async Task<Answer<JsonObject>> MakeAsync(PlannedChange change, CancellationToken cancellationToken)
    {
        var (kind, project, name) = change.Id;
        return change.Kind switch
        {
            ChangeKind.Delete => await calls.DeleteAsync(kind, project, name, withContents: false, cancellationToken),
            ChangeKind.Create => await calls.CreateAsync(kind, change.Document!.Body, cancellationToken),
            // Under the tag of what was compared: nobody's change in between is overwritten unseen.
            _ => await calls.ReplaceAsync(kind, project, name, change.Document!.Body, change.Tag, cancellationToken),
        };
    }

    private int Stop(IReadOnlyList<PlannedChange> changes, int failed, Answer<JsonObject> answer)
    {
        var (sentence, code) = Terminal.Verdict(answer);
        var change = changes[failed];
        if (change.Document is { } document && answer is Answer<JsonObject>.Refused { Errors: { Count: > 0 } errors })
        {
            foreach (var error in errors)
            {
                terminal.Fail(document.Explain(error), code);
            }
        }
        else
        {
            terminal.Fail($"{change.Id}: {sentence}", code);
        }
        List("applied", changes.Take(failed));
        List("not applied", changes.Skip(failed));
        terminal.Errors.WriteLine("kiln: mend it and apply again: what is applied stays, and counts as unchanged then.");
        return code;
    }

    private void List(string title, IEnumerable<PlannedChange> changes)
    {
        var ids = changes.Where(change => change.Kind != ChangeKind.None).Select(change => change.Id.ToString()).ToList();
        terminal.Errors.WriteLine($"kiln: {title}: {(ids.Count == 0 ? "nothing" : string.Join(", ", ids))}");
    }
}
