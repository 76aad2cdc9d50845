using System.Globalization;
using Kiln.Contracts.Builds;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>Requests and limits of a pod's containers.</summary>
internal static class PodResources
{
    /// <summary>
    /// The container <c>kiln</c>: next to nothing while it only drives, and room for git and image builds. Limits are
    /// given because a namespace with a quota demands them.
    /// </summary>
    public static ResourceRequirements OfKiln { get; } = new(Quantities(50, 64), Quantities(2000, 2048));

    /// <summary>The container <c>build</c>.</summary>
    public static ResourceRequirements OfBuild(ResourceSpec spec)
    {
        var limits = Quantities(spec.CpuLimit, spec.MemoryLimit);
        if (spec.GpuLimit.Split(':', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, { Length: > 0 } quantity])
        {
            limits[name] = quantity;
        }
        return new(Quantities(spec.CpuReq, spec.MemoryReq), limits);
    }

    private static Dictionary<string, string> Quantities(int millicores, int mebibytes) => new(StringComparer.Ordinal)
    {
        ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{millicores}m"),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{mebibytes}Mi"),
    };
}
