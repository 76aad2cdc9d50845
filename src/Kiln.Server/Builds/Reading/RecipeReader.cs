using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads what builds and build templates have in common.</summary>
/// <param name="catalogue">What it may refer to.</param>
/// <param name="stored">What an update replaces, credentials in clear: additions that are absent are kept from it.</param>
public sealed class RecipeReader(Catalogue catalogue, BuildRecipe? stored)
{
    /// <summary>The recipe, as a template without a name.</summary>
    public BuildTemplate Read(BodyObject body)
    {
        var repos = new RepoReader(catalogue, stored?.RepoInfo ?? []).Read(body, Presence.Optional);
        return new BuildTemplate
        {
            Name = "",
            Infrastructure = body.Word("infrastructure", Presence.Filled, "", "kubernetes", "vm"),
            BuildOs = ReadImage(body),
            Installs = ReadInstalls(body),
            ScriptType = body.Word("script_type", Presence.Filled, "", "shell", "batch_file", "powershell"),
            BuildScript = body.Text("build_script", Presence.Present),
            RepoInfo = repos,
            Parameters = new ParameterReader(stored?.Parameters ?? [], repos).Read(body),
            DockerBuildStep = new DockerStepReader(catalogue, stored?.DockerBuildStep).Read(body),
            AdvancedSettings = new AdvancedReader(catalogue, stored?.AdvancedSettings).Read(body),
            Description = body.Text("description", Presence.Optional, stored?.Description ?? ""),
            VmLabels = ReadLabels(body),
            PostBuild = PostBuildReader.Read(body, stored?.PostBuild),
            Reports = ReadReports(body),
            RunPolicy = ReadPolicy(body),
        };
    }

    private RunPolicy ReadPolicy(BodyObject body)
    {
        var before = stored?.RunPolicy ?? new RunPolicy();
        return body.Child("run_policy") is not { } policy
            ? before
            : new RunPolicy(
                policy.Number("max_running", before.MaxRunning, least: 0, RunPolicy.MostRunning),
                policy.Flag("cancel_older", before.CancelOlder),
                policy.Number("retries", before.Retries, least: 0, RunPolicy.MostRetries),
                policy.Number("keep_workspace_minutes", before.KeepWorkspaceMinutes, least: 0, RunPolicy.MostKeepMinutes));
    }

    private string ReadImage(BodyObject body)
    {
        var label = body.Text("build_os", Presence.Filled);
        if (label.Length > 0 && catalogue.Image(label) is null)
        {
            body.Violations.AddUnknown(
                body.At("build_os"), "build image", label, catalogue.Images.Select(image => image.Label));
        }
        return label;
    }

    private IReadOnlyList<Install> ReadInstalls(BodyObject body)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return body.Objects("installs", Presence.Present, item =>
        {
            var install = new Install(item.Text("name", Presence.Filled), item.Text("version", Presence.Filled));
            if (install.Name.Length == 0 || install.Version.Length == 0)
            {
                return install;
            }
            if (catalogue.Package(install) is null)
            {
                item.Violations.AddUnknown(
                    item.At("version"), "package", $"{install.Name} {install.Version}",
                    catalogue.Packages.Select(package => $"{package.Name} {package.Version}"));
            }
            else if (!seen.Add(install.Name))
            {
                item.Refuse("name", "This package is listed twice; a run has one version of it.");
            }
            return install;
        });
    }

    private IReadOnlyList<string> ReadLabels(BodyObject body)
    {
        if (!body.HasList("vm_labels"))
        {
            return stored?.VmLabels ?? [];
        }
        var labels = body.Texts("vm_labels", Presence.Optional);
        if (labels.Any(string.IsNullOrWhiteSpace))
        {
            body.Refuse("vm_labels", "A label must not be empty.");
        }
        return [.. labels.Distinct(StringComparer.Ordinal)];
    }

    private ReportSettings ReadReports(BodyObject body)
    {
        var before = stored?.Reports ?? new ReportSettings([]);
        if (body.Child("reports") is not { } reports || !reports.HasList("junit"))
        {
            return before;
        }
        var junit = reports.Texts("junit", Presence.Optional);
        if (junit.Any(path => path.Length == 0 || !WorkspacePath.Stays(path)))
        {
            reports.Refuse("junit", $"Every path {WorkspacePath.Rule}.");
        }
        return new ReportSettings(junit);
    }
}
