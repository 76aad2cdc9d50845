using System.ComponentModel;
using System.Diagnostics;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Queue.Commits;

/// <summary>
/// Asks repositories for their refs with <c>git ls-remote</c>. Secrets travel through a pipe to the one process that needs
/// them: never in arguments, environment, URLs or files.
/// </summary>
internal sealed class GitRemote(TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Standard input becomes descriptor 3, from where git's credential helper reads (see GitSettings).
    private static readonly string[] WithLogin = ["/bin/sh", "-c", "exec 3<&0 </dev/null; exec \"$@\"", "sh"];

    // The key goes from standard input into an agent that lives as long as this one command.
    private static readonly string[] WithKey = ["ssh-agent", "/bin/sh", "-c", "ssh-add -q - && exec \"$@\" </dev/null", "sh"];

    /// <summary>Asks for the commits of full refs.</summary>
    public async Task<RemoteAnswer> AskAsync(
        RemoteRepo repo, IReadOnlyCollection<string> refs, CancellationToken cancellationToken)
    {
        var files = Directory.CreateTempSubdirectory("kiln-git-");
        try
        {
            GitSettings.WriteFiles(files.FullName, repo);
            using var expiry = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
            using var git = new Process { StartInfo = Command(repo, refs, files.FullName) };
            return await RunAsync(git, repo, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RemoteAnswer.Failed(
                RunReason.CodeHostUnreachable, $"Looking up {repo.Name} took longer than {Limit.TotalSeconds:0} seconds.");
        }
        catch (Win32Exception missing)
        {
            return new RemoteAnswer.Failed(
                RunReason.ToolMissing, $"The server cannot start git to look up {repo.Name}: {missing.Message}.");
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static async Task<RemoteAnswer> RunAsync(Process git, RemoteRepo repo, CancellationToken cancellationToken)
    {
        git.Start();
        try
        {
            var output = git.StandardOutput.ReadToEndAsync(cancellationToken);
            var said = git.StandardError.ReadToEndAsync(cancellationToken);
            await HandOverAsync(git, repo.Login, cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            return git.ExitCode == 0
                ? new RemoteAnswer.Refs(LsRemoteOutput.Read(await output))
                : GitWords.Explain(repo.Name, await said);
        }
        catch (OperationCanceledException)
        {
            git.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task HandOverAsync(Process git, RemoteLogin? login, CancellationToken cancellationToken)
    {
        var text = login switch
        {
            null => "",
            { Kind: "ssh_key" } => login.Secret.TrimEnd() + "\n",
            _ => $"username={login.Username}\npassword={login.Secret}\n",
        };
        try
        {
            await git.StandardInput.WriteAsync(text.AsMemory(), cancellationToken);
            git.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading: its exit code says why.
        }
    }

    private static ProcessStartInfo Command(RemoteRepo repo, IReadOnlyCollection<string> refs, string files)
    {
        var wrapper = repo.Login switch
        {
            null => Array.Empty<string>(),
            { Kind: "ssh_key" } => WithKey,
            _ => WithLogin,
        };
        string[] command = [.. wrapper, "git", "ls-remote", "--", repo.Url];
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in command.AsSpan(1))
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var wanted in refs)
        {
            start.ArgumentList.Add(wanted);
            if (wanted.StartsWith("refs/tags/", StringComparison.Ordinal))
            {
                start.ArgumentList.Add(wanted + LsRemoteOutput.Peeled);
            }
        }
        GitSettings.Apply(start.Environment, repo, files);
        return start;
    }
}
