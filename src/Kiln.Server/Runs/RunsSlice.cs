using Kiln.Server.Http;
using Kiln.Server.Logs;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server.Runs;

/// <summary>Runs and their logs.</summary>
public static class RunsSlice
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<RunSignals>()
        .AddSingleton<RunStore>()
        .AddSingleton<RunFollowing>()
        .AddSingleton<RunAnchors>()
        .AddSingleton<RunLists>()
        .AddHostedService(provider => provider.GetRequiredService<RunAnchors>())
        .AddSingleton<LogStore>(provider => provider.GetRequiredService<Database>() is { IsShared: true } shared
            ? new RowLogs(shared, provider.GetRequiredService<TimeProvider>())
            : new FileLogs(provider.GetRequiredService<DataDirectory>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<LogKeeping>()
        .AddHostedService(provider => provider.GetRequiredService<LogKeeping>())
        .AddJson(RunAnswersJson.Default);

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        RunsApi.Map(routes);
        RunLogApi.Map(routes);
        LogSectionsApi.Map(routes);
        RunEventsApi.Map(routes);
    }
}
