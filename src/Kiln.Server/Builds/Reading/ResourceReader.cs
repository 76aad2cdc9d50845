using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>resource_spec</c>. A number that is absent takes its default, or the other one of its pair when
/// the default would contradict it.</summary>
public static class ResourceReader
{
    private static ResourceSpec Default => ResourceDefaults.Spec;

    public static ResourceSpec Read(BodyObject? spec)
    {
        if (spec is null)
        {
            return Default;
        }
        var (cpuLimit, cpuReq) = ReadPair(spec, "cpu_limit", Default.CpuLimit, "cpu_req", Default.CpuReq);
        var (memoryLimit, memoryReq) = ReadPair(spec, "memory_limit", Default.MemoryLimit, "memory_req", Default.MemoryReq);
        var gpu = spec.Text("gpu_limit", Presence.Optional).Trim();
        if (gpu.Length > 0 && !KubernetesSyntax.IsGpuLimit(gpu))
        {
            spec.Refuse("gpu_limit", "Must be \"name: quantity\", for example \"nvidia.com/gpu: 1\".");
        }
        return new ResourceSpec
        {
            CpuLimit = cpuLimit, MemoryLimit = memoryLimit, GpuLimit = gpu, CpuReq = cpuReq, MemoryReq = memoryReq,
        };
    }

    private static (int Limit, int Request) ReadPair(
        BodyObject spec, string limitField, int defaultLimit, string requestField, int defaultRequest)
    {
        var limit = spec.Number(limitField, 0, 1, int.MaxValue);
        var request = spec.Number(requestField, 0, 1, int.MaxValue);
        if (limit > 0 && request > limit)
        {
            spec.Refuse(requestField, $"{request} is more than {limitField} {limit}.");
        }
        var effectiveLimit = limit > 0 ? limit : Math.Max(defaultLimit, request);
        return (effectiveLimit, request > 0 ? request : Math.Min(defaultRequest, effectiveLimit));
    }
}
