using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;

namespace Kiln.Runner.Steps.Checkout;

/// <summary>Checks out every repository of the plan, in order.</summary>
internal static class CheckoutStep
{
    public static async Task<StepResult> RunAsync(RunScope run)
    {
        GitEnvironment.WriteFiles(run.Spec.Plan.Repos, run.Place, run.Directory);
        foreach (var repo in run.Spec.Plan.Repos)
        {
            if (ConfinedPath.CreateDirectory(run.Directory.Workspace, repo.Directory) is not { } directory)
            {
                return new StepResult.Failed(
                    RunReason.CheckoutFailed,
                    $"The directory {repo.Directory} of {repo.Namespace}/{repo.Name} leaves the workspace or is a file.");
            }
            if (repo.Credential is { Kind: "ssh_key", KnownHosts: "" } && !run.Record.HasStarted("checkout"))
            {
                await run.SayAsync($"the SSH host key of {RepoAddress.Of(repo).Host} is not pinned: it is taken as it "
                    + "comes unless the host knows another; set known_hosts of the code host");
            }
            if (await new RepoCheckout(run, repo, directory).RunAsync() is not StepResult.Passed and var failed)
            {
                return failed;
            }
        }
        return new StepResult.Passed();
    }
}
