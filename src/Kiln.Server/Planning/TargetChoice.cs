using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>What one target of a build builds.</summary>
/// <param name="Recipe">The build's own, or the template's.</param>
/// <param name="Target">Service and module; empty names when the build is bound to none.</param>
/// <param name="Repos">Its repositories.</param>
/// <param name="Inputs">Values it gives to the template's parameters; empty for a build with its own recipe.</param>
internal sealed record TargetChoice(
    BuildRecipe Recipe,
    ServiceWithModule Target,
    IReadOnlyList<RepoInfo> Repos,
    IReadOnlyList<BuildInput> Inputs)
{
    private static readonly ServiceWithModule None = new("", "");

    /// <summary>The target that the request means; <c>null</c> when there is none, with the violation added.</summary>
    public static TargetChoice? Choose(PlanningInput input, Violations violations)
    {
        if (Service(input.Build.Services(), input.Request.ServiceName, input.Request.ServiceModule, violations) is not { } service)
        {
            return null;
        }
        switch (input.Build)
        {
            case BuildDefinition.Plain { Spec: var spec }:
                return new TargetChoice(spec, service, spec.RepoInfo, []);
            case BuildDefinition.FromTemplate { Spec: var spec }:
                if (input.Catalogue.BuildTemplate(spec.TemplateName) is not { } template)
                {
                    violations.AddUnknown(
                        "template_name", "build template", spec.TemplateName,
                        input.Catalogue.BuildTemplates.Select(known => known.Name));
                    return null;
                }
                var target = spec.TargetServices.First(t =>
                    t.ServiceName == service.ServiceName && t.ServiceModule == service.ServiceModule);
                return new TargetChoice(template, service, target.RepoInfo, target.Inputs);
            default:
                throw new InvalidOperationException($"{input.Build.GetType().Name} is not a form of a build.");
        }
    }

    private static ServiceWithModule? Service(
        IReadOnlyList<ServiceWithModule> bound, string name, string module, Violations violations)
    {
        var matching = bound
            .Where(service => (name.Length == 0 || service.ServiceName == name)
                && (module.Length == 0 || service.ServiceModule == module))
            .ToList();
        switch (matching)
        {
            case [var only]:
                return only;
            case [] when bound.Count == 0 && name.Length == 0 && module.Length == 0:
                return None;
            case []:
                violations.AddUnknown(
                    "service_name", "service and module bound to this build called", $"{name}/{module}".Trim('/'), Names(bound));
                return null;
            default:
                violations.Add(
                    "service_name",
                    $"The build is bound to several; name one with service_name and service_module: {string.Join(", ", Names(matching))}.");
                return null;
        }
    }

    private static IEnumerable<string> Names(IEnumerable<ServiceWithModule> services) =>
        services.Select(service => $"{service.ServiceName}/{service.ServiceModule}");
}
