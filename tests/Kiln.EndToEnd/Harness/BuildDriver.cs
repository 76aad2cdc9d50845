using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kiln.Contracts.Client;
using Kiln.Contracts.Runs;

namespace Kiln.EndToEnd.Harness;

/// <summary>What a user does with a server, in the words of a scenario.</summary>
public sealed class BuildDriver(KilnServer server)
{
    private const string Project = "yaml";

    /// <summary>Defines a build for hosts in the demo's project.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="script">Its bash script.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="more">Changes to the body before it is sent.</param>
    public async Task DefineAsync(string name, string script, CancellationToken cancellationToken, Action<JsonObject>? more = null)
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["project_key"] = Project,
            ["infrastructure"] = "vm",
            ["build_os"] = "ubuntu 20.04",
            ["script_type"] = "shell",
            ["installs"] = new JsonArray(),
            ["services"] = new JsonArray(),
            ["build_script"] = script,
        };
        more?.Invoke(body);
        using var answer = await server.Http.PostAsJsonAsync($"openapi/build?projectKey={Project}", body, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Starts a run.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> StartAsync(string build, CancellationToken cancellationToken, RunRequest? request = null)
    {
        var answer = await server.Client.StartRunAsync(Project, build, request ?? new RunRequest(), cancellationToken);
        return Value(answer).RunId;
    }

    /// <summary>Defines a build, runs it and waits for its end.</summary>
    public async Task<RunView> RunAsync(string name, string script, CancellationToken cancellationToken, Action<JsonObject>? more = null)
    {
        await DefineAsync(name, script, cancellationToken, more);
        return await EndAsync(await StartAsync(name, cancellationToken), cancellationToken);
    }

    /// <summary>Waits for a run's end.</summary>
    public async Task<RunView> EndAsync(long runId, CancellationToken cancellationToken)
    {
        Value(await server.Client.CopyLogAsync(runId, follow: true, Stream.Null, cancellationToken));
        return await GetAsync(runId, cancellationToken);
    }

    /// <summary>Waits until a run is in a state; fails when it ends without.</summary>
    public async Task<RunView> UntilAsync(long runId, Func<RunView, bool> isReached, CancellationToken cancellationToken)
    {
        await foreach (var run in server.Client.WatchRunAsync(runId, cancellationToken))
        {
            if (isReached(run))
            {
                return run;
            }
        }
        throw new InvalidOperationException($"The run ended before: {await GetAsync(runId, cancellationToken)}");
    }

    public async Task<RunView> GetAsync(long runId, CancellationToken cancellationToken) =>
        Value(await server.Client.GetRunAsync(runId, cancellationToken));

    public async Task CancelAsync(long runId, CancellationToken cancellationToken) =>
        Value(await server.Client.CancelRunAsync(runId, cancellationToken));

    /// <summary>The bytes of one step, or with an empty name of the whole log.</summary>
    public Task<byte[]> LogAsync(long runId, string step, CancellationToken cancellationToken) =>
        server.Http.GetByteArrayAsync($"openapi/runs/{runId}/log{(step.Length > 0 ? $"?step={step}" : "")}", cancellationToken);

    private static T Value<T>(Answer<T> answer) => answer switch
    {
        Answer<T>.Ok ok => ok.Value,
        _ => throw new InvalidOperationException(answer.ToString()),
    };
}
