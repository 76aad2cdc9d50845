using Kiln.Buckets;
using Kiln.Runner.Caches;

namespace Kiln.Agent;

/// <summary>Where hosts keep caches for each other.</summary>
internal static class CacheSetting
{
    private const string Variable = "KILN_CACHE_STORE";

    /// <summary>The bucket that the environment names; <c>null</c> = none.</summary>
    /// <exception cref="AgentStartException">It names something else.</exception>
    public static SharedCache? Shared(Func<string, string?> environment) => environment(Variable)?.Trim() switch
    {
        null or "" => null,
        var text => new SharedCache(BucketUrl.Parse(text)
            ?? throw new AgentStartException($"{Variable} must be {BucketUrl.Shape}, with key and secret percent-encoded.")),
    };
}
