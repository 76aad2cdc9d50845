using Kiln.Contracts.Exec;
using Kiln.Contracts.Plans;
using Kiln.Runner.Phases;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>
/// Brings one repository to its commit. Every command has a stable id, so that a restarted runner walks the same way
/// and exec answers what has been done already.
/// </summary>
internal sealed class RepoCheckout(RunScope run, PlannedRepo repo, string directory)
{
    private static readonly string[] DeeperAndDeeper = ["--depth=50", "--deepen=500", GitCommand.WholeHistory];

    private readonly Git _git = new(run, repo, directory);
    private readonly IReadOnlyList<ExecCredential> _credentials = CredentialsOf(run, [repo]);

    public async Task<StepResult> RunAsync()
    {
        foreach (var (name, part) in Parts())
        {
            if (await part(name) is { } end)
            {
                return end;
            }
        }
        return new StepResult.Passed();
    }

    /// <summary>What every repository's credential opens, the own one first.</summary>
    public static IReadOnlyList<ExecCredential> CredentialsOf(RunScope run, IEnumerable<PlannedRepo> repos) =>
    [
        .. repos.Where(static repo => repo.Credential is { Kind: "basic" } && RepoAddress.Of(repo).Prefix.Length > 0)
            .Select(repo => new ExecCredential(
                RepoAddress.Of(repo).Prefix, repo.Credential!.Username, run.Secret(repo.Credential.SecretRef))),
    ];

    private IEnumerable<(string Name, Func<string, Task<StepResult?>> Part)> Parts()
    {
        var isKept = run.HasRun($"checkout-{repo.Index}-init")
            ? run.HasRun($"checkout-{repo.Index}-refresh")
            : KeptRepository.Prepare(directory);
        yield return ("init", name => LocalAsync(name, GitCommand.Init(repo.Base.Commit)));
        if (isKept)
        {
            yield return ("refresh", RefreshAsync);
        }
        yield return ("remote", name => LocalAsync(name, GitCommand.AddRemote(repo)));
        yield return ("fetch", name => FetchAsync(name, repo.Base, "--depth=1"));
        yield return ("checkout", name => LocalAsync(name, GitCommand.CheckOut(repo.Base.Commit ?? "FETCH_HEAD")));
        yield return ("commit", DescribeAsync);
        if (repo.Merges.Count > 0)
        {
            yield return ("deepen", name => FetchAsync(name, repo.Base, "--deepen=500"));
        }
        for (var i = 0; i < repo.Merges.Count; i++)
        {
            var merged = repo.Merges[i];
            yield return ($"merge-{i}", name => MergeAsync(name, merged));
        }
        if (repo.Submodules)
        {
            yield return ("submodule-sync", name => LocalAsync(name, GitCommand.SyncSubmodules()));
            yield return ("submodules", UpdateSubmodulesAsync);
        }
    }

    private async Task<StepResult?> LocalAsync(string name, string[] arguments) =>
        await _git.RunAsync(name, arguments) switch
        {
            GitEnd.Over over => over.Result,
            GitEnd.Exited { IsSuccess: false } failed => GitFailure.Of(repo, repo.Base.Label, failed.Said),
            _ => null,
        };

    // Files that came from an archive look changed to git until it has read them once.
    private async Task<StepResult?> RefreshAsync(string name) =>
        await _git.CaptureAsync(name, GitCommand.Refresh()) is GitEnd.Over over ? over.Result : null;

    private async Task<StepResult?> FetchAsync(string name, PlannedRef wanted, string depth)
    {
        var end = await TransferAsync(name, GitCommand.Fetch(repo, wanted, wanted.Commit ?? wanted.Ref, depth));
        return end switch
        {
            GitEnd.Over over => over.Result,
            GitEnd.Exited { IsSuccess: true } => null,
            GitEnd.Exited refused when wanted.Commit is not null && GitFailure.IsCommitRefused(refused.Said) =>
                await FetchByRefAsync(name, wanted),
            GitEnd.Exited failed => GitFailure.Of(repo, wanted.Label, failed.Said),
            _ => null,
        };
    }

    /// <summary>For servers that give refs only: fetches the ref, deeper and deeper, until the commit is there.</summary>
    private async Task<StepResult?> FetchByRefAsync(string name, PlannedRef wanted)
    {
        var isNamed = wanted.Ref == wanted.Commit;
        if (isNamed && repo.Branch.Length == 0)
        {
            return GitFailure.CommitNotGiven(repo, wanted);
        }
        // A commit that was asked for by its id is looked for in its branch.
        var named = isNamed ? wanted with { Ref = $"refs/heads/{repo.Branch}", Label = repo.Branch } : wanted;
        foreach (var (attempt, depth) in DeeperAndDeeper.Index())
        {
            var id = $"{name}-ref-{attempt}";
            switch (await TransferAsync(id, GitCommand.Fetch(repo, named, named.Ref, depth)))
            {
                case GitEnd.Over over:
                    return over.Result;
                case GitEnd.Exited { IsSuccess: false } failed:
                    return GitFailure.Of(repo, named.Label, failed.Said);
            }
            switch (await _git.CaptureAsync($"{id}-has", GitCommand.HasCommit(wanted.Commit!)))
            {
                case GitEnd.Over over:
                    return over.Result;
                case GitEnd.Exited { IsSuccess: true }:
                    return null;
            }
        }
        return isNamed ? GitFailure.CommitNotGiven(repo, wanted) : GitFailure.CommitGone(repo, wanted);
    }

    private async Task<StepResult?> DescribeAsync(string name)
    {
        switch (await _git.CaptureAsync(name, GitCommand.Describe()))
        {
            case GitEnd.Over over:
                return over.Result;
            case GitEnd.Exited { IsSuccess: true } described:
                var lines = described.Captured.Split('\n', 2);
                run.Add(new CheckedOutRepo(repo, lines[0].Trim(), lines.ElementAtOrDefault(1)?.Trim() ?? ""));
                return null;
            case GitEnd.Exited failed:
                return GitFailure.Of(repo, repo.Base.Label, failed.Said);
            default:
                return null;
        }
    }

    private async Task<StepResult?> MergeAsync(string name, PlannedRef merged)
    {
        if (await FetchAsync($"{name}-fetch", merged, "--deepen=500") is { } notFetched)
        {
            return notFetched;
        }
        var commit = merged.Commit ?? "FETCH_HEAD";
        // Without a common ancestor at this depth a merge would see every file as added on both sides.
        if (await _git.CaptureAsync($"{name}-base", GitCommand.MergeBase(commit)) is GitEnd.Exited { IsSuccess: false }
            && (await FetchAsync($"{name}-base-all", repo.Base, GitCommand.WholeHistory)
                ?? await FetchAsync($"{name}-all", merged, GitCommand.WholeHistory)) is { } notDeepened)
        {
            return notDeepened;
        }
        return await _git.RunAsync(name, GitCommand.Merge(repo, merged, commit)) switch
        {
            GitEnd.Over over => over.Result,
            GitEnd.Exited { IsSuccess: false } failed => await ExplainAsync(name, merged, failed),
            _ => null,
        };
    }

    private async Task<StepResult> ExplainAsync(string name, PlannedRef merged, GitEnd.Exited failed) =>
        await _git.CaptureAsync($"{name}-conflicts", GitCommand.ConflictingFiles()) switch
        {
            GitEnd.Over over => over.Result,
            GitEnd.Exited { Captured: { Length: > 0 } files } =>
                GitFailure.Conflict(repo, merged, files.Split('\0', StringSplitOptions.RemoveEmptyEntries)),
            _ => GitFailure.Of(repo, merged.Label, failed.Said),
        };

    private async Task<StepResult?> UpdateSubmodulesAsync(string name)
    {
        var credentials = CredentialsOf(run, [repo, .. run.Spec.Plan.Repos.Where(other => other != repo)]);
        return await _git.TransferAsync(name, GitCommand.UpdateSubmodules(), credentials) switch
        {
            GitEnd.Over over => over.Result,
            GitEnd.Exited { IsSuccess: false } failed => GitFailure.Of(repo, "submodules", failed.Said),
            _ => null,
        };
    }

    private Task<GitEnd> TransferAsync(string name, string[] arguments) =>
        _git.TransferAsync(name, arguments, _credentials);
}
