using Kiln.Server.Http;
using Kiln.Server.Logs;

namespace Kiln.Server.Runs;

/// <summary>Runs and their logs.</summary>
public static class RunsSlice
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<RunSignals>()
        .AddSingleton<RunStore>()
        .AddSingleton<RunFollowing>()
        .AddSingleton<LogStore>()
        .AddJson(RunAnswersJson.Default);

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        RunsApi.Map(routes);
        RunLogApi.Map(routes);
        RunEventsApi.Map(routes);
    }
}
