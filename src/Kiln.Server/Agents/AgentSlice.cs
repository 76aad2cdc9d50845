using Kiln.Agent;
using Kiln.Server.Identity;
using Kiln.Server.Settings;

namespace Kiln.Server.Agents;

/// <summary>Registers the embedded agent.</summary>
internal static class AgentSlice
{
    /// <summary>Adds it, unless the server shall have none.</summary>
    public static IServiceCollection AddEmbeddedAgent(this IServiceCollection services, KilnOptions options)
    {
        services.AddSingleton<StopSignals>().AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<StopSignals>());
        return options.Capacity == 0
            ? services
            : services
                // Ctrl-C gives runs their grace and then delivers their ends: AgentHost takes up to 45 s for both.
                .Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(60))
                .AddSingleton(provider => new AgentOptions
                {
                    DataDirectory = provider.GetRequiredService<DataDirectory>().Agent,
                    Name = Environment.MachineName,
                    Labels = [],
                    Capacity = options.Capacity,
                    StopsRuns = false,
                })
                .AddSingleton<OwnServer>()
                .AddHostedService<EmbeddedAgent>();
    }
}
