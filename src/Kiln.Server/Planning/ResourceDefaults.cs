using Kiln.Contracts.Builds;

namespace Kiln.Server.Planning;

/// <summary>Resources of a build that says nothing about them.</summary>
public static class ResourceDefaults
{
    public static ResourceSpec Spec { get; } =
        new() { CpuLimit = 4000, MemoryLimit = 8192, GpuLimit = "", CpuReq = 1000, MemoryReq = 1024 };
}
