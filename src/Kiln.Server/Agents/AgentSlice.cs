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
                .AddSingleton(provider => new AgentOptions
                {
                    DataDirectory = provider.GetRequiredService<DataDirectory>().Agent,
                    Token = provider.GetRequiredService<EmbeddedAgentToken>().Value,
                    Name = Environment.MachineName,
                    Labels = [],
                    Capacity = options.Capacity,
                    StopsRuns = false,
                })
                .AddHostedService<EmbeddedAgent>();
    }
}
