using System.Text.RegularExpressions;

namespace Kiln.Runner.Steps;

/// <summary>Variables that a commit's message gives to the build, as in <c>Fix the cart #STAGE=qa#</c>.</summary>
internal static partial class CommitMessageVariables
{
    // Who writes a message can name a stage; it is not their place to say which code other programs load or trust.
    private static readonly string[] SteeringPrefixes =
        ["LD_", "BASH_", "GIT_", "SSH_", "SSL_", "DOCKER_", "KILN_", "DOTNET_", "PYTHON", "PERL", "RUBY", "NODE_"];

    private static readonly string[] SteeringNames = ["ENV", "IFS", "PS4", "PROMPT_COMMAND", "JAVA_TOOL_OPTIONS"];

    /// <summary>Adds them; what stands already is never replaced.</summary>
    public static void AddTo(Dictionary<string, string> variables, IEnumerable<CheckedOutRepo> repos)
    {
        foreach (var match in repos.SelectMany(static repo => Assignment().Matches(repo.CommitMessage)))
        {
            var name = match.Groups["key"].Value;
            if (!SteeringNames.Contains(name)
                && !Array.Exists(SteeringPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                variables.TryAdd(name, match.Groups["value"].Value);
            }
        }
    }

    [GeneratedRegex(@"#(?<key>[A-Za-z_][A-Za-z0-9_]*)=(?<value>[^#\r\n]*)#", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();
}
