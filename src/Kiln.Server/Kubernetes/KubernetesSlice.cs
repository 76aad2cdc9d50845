using Kiln.Server.Kubernetes.Driving;

namespace Kiln.Server.Kubernetes;

/// <summary>Runs in pods: a driver for each cluster.</summary>
public static class KubernetesSlice
{
    public static IServiceCollection AddKubernetes(this IServiceCollection services) => services
        .AddSingleton<DriverWorld>()
        .AddSingleton<LeaseDesk>()
        .AddSingleton<DriverParts>()
        .AddSingleton<DriverTelemetry>()
        .AddHostedService<ClusterDrivers>();
}
