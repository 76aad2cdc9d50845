using Kiln.Server.Projects;
using Kiln.Server.Storage.Documents;
using Kiln.Server.Variables;

namespace Kiln.Server.Planning;

/// <summary>What a project says for all its builds: reads those slices for <see cref="CatalogueLoader"/>.</summary>
public sealed class ProjectSettings(ProjectStore projects, VariableStore variables)
{
    /// <summary>Dangerous settings that it may use; <c>null</c> without a project.</summary>
    public async ValueTask<IReadOnlyList<string>?> AllowedAsync(DocumentReads reads, string projectKey) =>
        projectKey.Length == 0
            ? null
            : (await projects.FindAsync(reads, "", projectKey))?.Value.AllowedSettings ?? [];

    /// <summary>Runs of it at once; 0 = any number, or no project.</summary>
    public async ValueTask<int> MaxRunningAsync(DocumentReads reads, string projectKey) =>
        projectKey.Length == 0 ? 0 : (await projects.FindAsync(reads, "", projectKey))?.Value.MaxRunning ?? 0;

    /// <summary>The system's variables, then the project's.</summary>
    public async ValueTask<IReadOnlyList<CatalogueVariable>> VariablesAsync(DocumentReads reads, string projectKey)
    {
        var ofSystem = await variables.AllAsync(reads, "");
        var ofProject = projectKey.Length == 0 ? [] : await variables.AllAsync(reads, projectKey);
        return
        [
            .. ofSystem.Concat(ofProject).Select(stored => stored.Value)
                .Select(variable => new CatalogueVariable(variable.Key, variable.Value, variable.IsCredential)),
        ];
    }
}
