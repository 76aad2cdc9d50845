using Kiln.Contracts.Builds;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Answers;

/// <summary>What a build does for each of its services, as the detail answer shows it. Secrets are masked.</summary>
internal static class DetailTargets
{
    public static IReadOnlyList<DetailTarget> Of(BuildDefinition masked, BuildRecipe recipe, Catalogue catalogue) => masked switch
    {
        BuildDefinition.Plain { Spec: var spec } =>
            [.. spec.Services.Select(service => Target(service, Repos(spec.RepoInfo, catalogue), Parameters(recipe, [])))],
        BuildDefinition.FromTemplate { Spec: var spec } =>
            [.. spec.TargetServices.Select(target => Target(
                new ServiceWithModule(target.ServiceName, target.ServiceModule),
                Repos(target.RepoInfo, catalogue),
                Parameters(recipe, target.Inputs)))],
        _ => [],
    };

    public static IReadOnlyList<DetailRepo> Repos(IReadOnlyList<RepoInfo> repos, Catalogue catalogue) =>
    [
        .. repos.Select(repo => new DetailRepo
        {
            Source = catalogue.CodeHost(repo.CodehostName)?.Type ?? "",
            RepoOwner = repo.RepoNamespace,
            RepoName = repo.RepoName,
            RemoteName = repo.RemoteName,
            Branch = repo.Branch,
            Address = catalogue.CodeHost(repo.CodehostName)?.Address ?? "",
            CheckoutPath = repo.CheckoutPath,
            Submodules = repo.Submodules,
            CodehostName = repo.CodehostName,
            Tag = repo.Tag,
        }),
    ];

    /// <summary>The recipe's parameters with a target's values in them.</summary>
    public static IReadOnlyList<DetailParameter> Parameters(BuildRecipe recipe, IReadOnlyList<BuildInput> inputs) =>
        [.. recipe.Parameters.Select(parameter => Parameter(parameter, inputs.FirstOrDefault(input => input.Key == parameter.Key)))];

    private static DetailParameter Parameter(BuildParameter parameter, BuildInput? input)
    {
        var secret = parameter.IsCredential || input is { IsCredential: true };
        var chosen = input is null || parameter.Type != "multi-select"
            ? parameter.ChoiceValue
            : ParameterValues.Split(parameter, input.Value);
        return new DetailParameter
        {
            Key = parameter.Key,
            Value = Shown(input?.Value ?? parameter.DefaultValue, secret),
            Type = parameter.Type,
            IsCredential = secret,
            Description = parameter.Description,
            ChoiceOption = [.. parameter.ChoiceOption.Select(option => Shown(option, secret))],
            ChoiceValue = [.. chosen.Select(value => Shown(value, secret))],
        };
    }

    private static string Shown(string value, bool secret) => secret && value.Length > 0 ? Credential.Mask : value;

    private static DetailTarget Target(
        ServiceWithModule service, IReadOnlyList<DetailRepo> repos, IReadOnlyList<DetailParameter> parameters) => new()
        {
            ServiceName = service.ServiceName,
            ServiceModule = service.ServiceModule,
            Repos = repos,
            Parameters = parameters,
        };
}
