namespace Kiln.Server.Planning;

/// <summary>Registers what planning and validation read; the planner itself is pure.</summary>
public static class PlanningSlice
{
    public static IServiceCollection AddPlanning(this IServiceCollection services) => services
        .AddSingleton<CatalogueSources>().AddSingleton<ProjectSettings>()
        .AddSingleton<CataloguePlaces>()
        .AddSingleton<CatalogueDestinations>()
        .AddSingleton<CatalogueLoader>()
        .AddSingleton<RunPlans>();
}
