using System.CommandLine;
using System.Globalization;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;

namespace Kiln.Agent.Pods;

/// <summary>Options of <c>kiln-agent pod</c>: what differs from pod to pod is in the environment, and taken out of it at once.</summary>
internal sealed class PodCommandLine
{
    private readonly Option<string> _shared = new("--shared")
    {
        Description = "Directory that both containers see",
        DefaultValueFactory = static _ => "/kiln",
    };

    private readonly Option<string> _private = new("--private")
    {
        Description = "Directory that only this container sees",
        DefaultValueFactory = static _ => "/kiln-run",
    };

    private readonly Option<string> _workspace = new("--workspace")
    {
        Description = "Directory that scripts run in",
        DefaultValueFactory = static _ => PlannedPod.Workspace,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_shared, _private, _workspace])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="take">Takes a variable out of the environment.</param>
    /// <param name="errors">What is wrong, one sentence each; with errors the result is <c>null</c>.</param>
    public PodOptions? Read(ParseResult parsed, Func<string, string?> take, out IReadOnlyList<string> errors)
    {
        var wrong = new List<string>();
        errors = wrong;
        var server = take("KILN_SERVER");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            wrong.Add($"KILN_SERVER is \"{server}\"; it must be the http or https address that pods reach the server by");
        }
        var lease = take("KILN_LEASE");
        if (ReadLease(lease) is not { } key)
        {
            wrong.Add($"KILN_LEASE is \"{lease}\"; it must be <run>-<attempt>-<fence>");
            key = new LeaseKey(0, 0, 0);
        }
        var token = take("KILN_RUN_TOKEN") ?? "";
        if (token.Length == 0)
        {
            wrong.Add("KILN_RUN_TOKEN is missing: a pod speaks for one run, by that run's token");
        }
        return wrong.Count > 0
            ? null
            : new PodOptions
            {
                Server = address!,
                Lease = key,
                Token = token,
                Pod = take("KILN_POD") is { Length: > 0 } pod ? pod : Environment.MachineName,
                Node = take("KILN_NODE") ?? "",
                Shared = Path.GetFullPath(parsed.GetRequiredValue(_shared)),
                Private = Path.GetFullPath(parsed.GetRequiredValue(_private)),
                Workspace = Path.GetFullPath(parsed.GetRequiredValue(_workspace)),
            };
    }

    private static LeaseKey? ReadLease(string? text) =>
        text?.Split('-') is [var run, var attempt, var fence]
        && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var runId)
        && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(fence, NumberStyles.None, CultureInfo.InvariantCulture, out var fencing)
            ? new LeaseKey(runId, number, fencing)
            : null;
}
