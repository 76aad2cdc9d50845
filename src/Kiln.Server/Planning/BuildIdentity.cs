using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>What every form of a build has.</summary>
public static class BuildIdentity
{
    extension(BuildDefinition build)
    {
        public (string Name, string ProjectKey) Identity() => build switch
        {
            BuildDefinition.Plain plain => (plain.Spec.Name, plain.Spec.ProjectKey),
            BuildDefinition.FromTemplate templated => (templated.Spec.Name, templated.Spec.ProjectKey),
            _ => throw new InvalidOperationException($"{build.GetType().Name} is not a form of a build."),
        };

        /// <summary>Services the build is bound to, in order.</summary>
        public IReadOnlyList<ServiceWithModule> Services() => build switch
        {
            BuildDefinition.Plain plain => plain.Spec.Services,
            BuildDefinition.FromTemplate templated =>
                [.. templated.Spec.TargetServices.Select(t => new ServiceWithModule(t.ServiceName, t.ServiceModule))],
            _ => [],
        };
    }
}
