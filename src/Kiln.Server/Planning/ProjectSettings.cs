using Kiln.Server.Projects;
using Kiln.Server.Variables;

namespace Kiln.Server.Planning;

/// <summary>What a project says for all its builds: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class ProjectSettings(ProjectStore projects, VariableStore variables)
{
    /// <summary>Dangerous settings that it may use; <c>null</c> without a project.</summary>
    public async Task<IReadOnlyList<string>?> AllowedAsync(string projectKey, CancellationToken cancellationToken) =>
        projectKey.Length == 0
            ? null
            : (await projects.GetAsync("", projectKey, cancellationToken))?.Value.AllowedSettings ?? [];

    /// <summary>Runs of it at once; 0 = any number, or no project.</summary>
    public async Task<int> MaxRunningAsync(string projectKey, CancellationToken cancellationToken) =>
        projectKey.Length == 0 ? 0 : (await projects.GetAsync("", projectKey, cancellationToken))?.Value.MaxRunning ?? 0;

    /// <summary>The system's variables, then the project's.</summary>
    public async Task<IReadOnlyList<CatalogueVariable>> VariablesAsync(string projectKey, CancellationToken cancellationToken)
    {
        var ofSystem = await variables.AllAsync("", cancellationToken);
        var ofProject = projectKey.Length == 0 ? [] : await variables.AllAsync(projectKey, cancellationToken);
        return
        [
            .. ofSystem.Concat(ofProject).Select(stored => stored.Value)
                .Select(variable => new CatalogueVariable(variable.Key, variable.Value, variable.IsCredential)),
        ];
    }
}
