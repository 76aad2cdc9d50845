using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>
/// A plan while it is made: each planner part reads what stands and adds its own. Lives for one call of
/// <see cref="Planner.Plan"/>.
/// </summary>
/// <param name="input">What it is made from.</param>
/// <param name="recipe">The build's recipe, or its template's.</param>
/// <param name="target">The service that is built for; empty names when the build is bound to none.</param>
/// <param name="violations">What stands against the run.</param>
internal sealed class PlanDraft(PlanningInput input, BuildRecipe recipe, ServiceWithModule target, Violations violations)
{
    public PlanningInput Input => input;

    public BuildRecipe Recipe => recipe;

    public ServiceWithModule Target => target;

    public Violations Violations => violations;

    /// <summary>It is to run in a pod, not on a host.</summary>
    public bool IsForPod => recipe.Infrastructure == "kubernetes";

    /// <summary>The pod; <c>null</c> on a host, and while something stands against it.</summary>
    public PlannedPod? Pod { get; set; }

    public List<PlannedRepo> Repos { get; } = [];

    /// <summary>In order; a later one of the same name wins.</summary>
    public List<PlannedVariable> Variables { get; } = [];

    /// <summary>Where images go; <c>null</c> = nowhere.</summary>
    public CatalogueRegistry? Registry { get; set; }

    public List<RunParameterView> Parameters { get; } = [];

    public List<PlannedStep> Steps { get; } = [];

    public List<string> Notices { get; } = [];

    public Dictionary<string, string> ClearSecrets { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> SealedSecrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Values by name, without secrets.</summary>
    public IReadOnlyDictionary<string, string> PublicVariables() => Variables
        .GroupBy(variable => variable.Name, StringComparer.Ordinal)
        .Select(group => group.Last())
        .Where(variable => variable is { SecretRef: null, IsFile: false })
        .ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);

    public void Set(string name, string value) => Variables.Add(new PlannedVariable(name, value));

    /// <summary>A variable that gets the path of a file with this content.</summary>
    public void SetFile(string name, string content) => Variables.Add(new PlannedVariable(name, content, IsFile: content.Length > 0));

    /// <summary>A variable whose value is secret. An empty secret is no secret.</summary>
    public void SetSecret(string name, string value, bool isFile = false)
    {
        if (value.Length == 0)
        {
            Set(name, value);
            return;
        }
        var reference = $"variable/{name}";
        ClearSecrets[reference] = value;
        Variables.Add(new PlannedVariable(name, "", reference, isFile));
    }

    /// <summary>A variable whose value is secret and sealed already.</summary>
    public void SetSealed(string name, string sealedValue)
    {
        if (sealedValue.Length == 0)
        {
            Set(name, "");
            return;
        }
        var reference = $"variable/{name}";
        SealedSecrets[reference] = sealedValue;
        Variables.Add(new PlannedVariable(name, "", reference));
    }
}
