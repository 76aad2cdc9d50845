using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>Packages as the catalogue has them now. One that has gone since the build was defined stops the run.</summary>
internal static class InstallPlanning
{
    public static void Add(PlanDraft draft)
    {
        var packages = new List<PlannedPackage>();
        foreach (var (index, install) in draft.Recipe.Installs.Index())
        {
            if (draft.Input.Catalogue.Package(install) is { } package)
            {
                packages.Add(Planned(package));
            }
            else
            {
                draft.Violations.AddUnknown(
                    $"installs[{index}].version", "package", $"{install.Name} {install.Version}",
                    draft.Input.Catalogue.Packages.Select(known => $"{known.Name} {known.Version}"));
            }
        }
        if (packages.Count > 0)
        {
            draft.Steps.Add(new PlannedStep.Installs(packages));
        }
    }

    private static PlannedPackage Planned(Package package) => new()
    {
        Name = package.Name,
        Version = package.Version,
        Script = package.Scripts,
        Environment = package.Env,
        BinPath = package.BinPath,
        Url = package.DownloadPath,
        Sha256 = package.Sha256,
    };
}
