using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Identity;
using Kiln.Server.Runs;

namespace Kiln.Server.Queue.Commits;

/// <summary>Asks code hosts for the commits that a plan lacks.</summary>
public sealed class CommitLookup
{
    private readonly RemoteRefs _remotes;
    private readonly SecretVault _vault;

    internal CommitLookup(RemoteRefs remotes, SecretVault vault) => (_remotes, _vault) = (remotes, vault);

    /// <summary>Asks for all of them at once.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="secrets">Its sealed secrets by reference.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A login cannot be opened with this server's master key.</exception>
    public async Task<FoundCommits> FindAsync(
        RunPlan plan, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var questions = plan.Repos.Where(static repo => repo.NeedsCommits()).Select(repo => (
            Repo: repo,
            Answer: _remotes.AskAsync(
                RemoteRepo.Of(repo, Login(repo.Credential, secrets)), Wanted(repo), cancellationToken))).ToList();
        var commits = new Dictionary<(int Index, string Ref), PlannedRef>();
        var failures = new List<CommitFailure>();
        foreach (var (repo, question) in questions)
        {
            switch (await question)
            {
                case RemoteAnswer.Failed failed:
                    failures.Add(new CommitFailure(repo.Index, failed.Reason, failed.Message));
                    break;
                case RemoteAnswer.Refs refs:
                    foreach (var wanted in Wanted(repo))
                    {
                        if (refs.Find(wanted) is { } found)
                        {
                            commits[(repo.Index, wanted)] = found;
                        }
                        else
                        {
                            failures.Add(new CommitFailure(
                                repo.Index, RunReason.RefNotFound, $"{RemoteRepo.Describe(repo)} has no {Spoken(wanted)}."));
                        }
                    }
                    break;
            }
        }
        return new FoundCommits(
            plan.WithCommits((repo, wanted) => commits.TryGetValue((repo.Index, wanted.Ref), out var found)
                ? found with { Label = wanted.Label }
                : wanted),
            failures);
    }

    private RemoteLogin? Login(GitCredential? credential, IReadOnlyDictionary<string, string> secrets) => credential is null
        ? null
        : new RemoteLogin(
            credential.Kind, credential.Username, _vault.Unseal(secrets[credential.SecretRef]), credential.KnownHosts);

    private static IEnumerable<string> Wanted(PlannedRepo repo) => repo.Merges
        .Prepend(repo.Base)
        .Where(static wanted => wanted.Commit is null)
        .Select(static wanted => wanted.Ref);

    private static string Spoken(string reference) =>
        reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? $"branch {reference["refs/heads/".Length..]}"
        : reference.StartsWith("refs/tags/", StringComparison.Ordinal) ? $"tag {reference["refs/tags/".Length..]}"
        : reference.StartsWith("refs/changes/", StringComparison.Ordinal) ? $"change {reference.Split('/')[^2]}"
        : $"ref {reference}";
}

/// <summary>What code hosts answered.</summary>
/// <param name="Plan">The plan with the commits that were found.</param>
/// <param name="Failures">Why others were not.</param>
public sealed record FoundCommits(RunPlan Plan, IReadOnlyList<CommitFailure> Failures);

/// <summary>Why a commit was not found.</summary>
/// <param name="Repo">Index of the repository in the plan.</param>
/// <param name="Reason">One of <see cref="RunReason"/>.</param>
/// <param name="Message">A sentence.</param>
public sealed record CommitFailure(int Repo, string Reason, string Message);
