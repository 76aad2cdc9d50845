using Kiln.Server.Http;
using Kiln.Server.Identity;
using Kiln.Server.Queue.Commits;
using Kiln.Server.Queue.Hosts;
using Kiln.Server.Queue.Pods;

namespace Kiln.Server.Queue;

/// <summary>The queue, its hosts, and the runner protocol.</summary>
public static class QueueSlice
{
    public static IServiceCollection AddQueue(this IServiceCollection services) => services
        .AddSingleton<QueueBells>()
        .AddSingleton<QueueRoom>()
        .AddSingleton<HostRoster>()
        .AddSingleton<ClusterRoster>()
        .AddSingleton<RunTokens>()
        .AddSingleton<SpecMaker>()
        .AddSingleton<LeaseFacts>()
        .AddSingleton<Leases>()
        .AddSingleton<HeldLeases>()
        .AddSingleton<Dispatch>()
        .AddSingleton<SweptWorkspaces>()
        .AddSingleton<PodStore>()
        .AddSingleton<PodHearing>()
        .AddSingleton<Hearing>()
        .AddSingleton<PodLeases>()
        .AddSingleton<Heartbeats>()
        .AddSingleton<ReportStore>()
        .AddSingleton<RunReports>()
        .AddSingleton<Waiting>()
        .AddSingleton<GitRemote>()
        .AddSingleton<RemoteRefs>()
        .AddSingleton(provider => new CommitLookup(
            provider.GetRequiredService<RemoteRefs>(), provider.GetRequiredService<SecretVault>()))
        .AddSingleton<UnresolvedRuns>()
        .AddSingleton<WallClock>()
        .AddSingleton<SilenceLimits>()
        .AddSingleton<SilenceWatch>()
        .AddHostedService<SignalRelay>()
        .AddHostedService<HostRosterLoader>()
        .AddHostedService(provider => provider.GetRequiredService<SilenceWatch>())
        .AddHostedService<CommitResolver>()
        .AddJson(HostJson.Default);

    public static void MapQueue(this IEndpointRouteBuilder routes)
    {
        RunnerApi.Map(routes);
        HostsApi.Map(routes);
    }
}

/// <summary>Loads the known hosts before the first call is taken.</summary>
internal sealed class HostRosterLoader(HostRoster roster) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => roster.LoadAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
