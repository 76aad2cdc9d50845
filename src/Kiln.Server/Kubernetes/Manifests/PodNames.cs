using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Manifests;

/// <summary>Names and labels by which a server finds again what it made in a cluster.</summary>
public static class PodNames
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Owner = "kiln/server";
    public const string Run = "kiln/run";
    public const string Attempt = "kiln/attempt";
    public const string Fence = "kiln/fence";
    public const string Kiln = "kiln";
    public const string Build = "build";

    private const int LongestSlug = 30;

    /// <summary>The one name of a lease's Job, secret and temporary claims.</summary>
    public static string Of(LeaseKey key) => $"kiln-{key.RunId}-{key.Attempt}-{key.Fence}";

    /// <summary>Labels of everything that belongs to one lease.</summary>
    public static Dictionary<string, string> Labels(LeaseKey key, string owner) => new(StringComparer.Ordinal)
    {
        [ManagedBy] = Kiln,
        [Owner] = owner,
        [Run] = key.RunId.ToString(CultureInfo.InvariantCulture),
        [Attempt] = key.Attempt.ToString(CultureInfo.InvariantCulture),
        [Fence] = key.Fence.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Selects what a server made for runs.</summary>
    public static string Selector(string owner) => $"{ManagedBy}={Kiln},{Owner}={owner},{Run}";

    /// <summary>Selects what a server made for one lease.</summary>
    public static string Selector(string owner, LeaseKey key) =>
        $"{Selector(owner)}={key.RunId},{Attempt}={key.Attempt},{Fence}={key.Fence}";

    /// <summary>Which lease a Job, or a pod of it, belongs to by its name; <c>null</c> = none.</summary>
    public static LeaseKey? KeyOfName(string name) => name.Split('-') is [Kiln, var run, var attempt, var fence, ..]
        && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var runId)
        && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(fence, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? new LeaseKey(runId, number, last)
            : null;

    /// <summary>Which lease an object belongs to; <c>null</c> = none.</summary>
    public static LeaseKey? KeyOf(ObjectMeta meta) =>
        long.TryParse(meta.Label(Run), NumberStyles.None, CultureInfo.InvariantCulture, out var run)
        && int.TryParse(meta.Label(Attempt), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
        && long.TryParse(meta.Label(Fence), NumberStyles.None, CultureInfo.InvariantCulture, out var fence)
            ? new LeaseKey(run, attempt, fence)
            : null;

    /// <summary>
    /// The claim of a dynamic volume that a build keeps: the same for every run of the build, another one when what is
    /// claimed changes, since a claim cannot be changed.
    /// </summary>
    public static string KeptClaim(RunPlan plan, StorageProperty storage)
    {
        var what = string.Join('\n',
            plan.ProjectKey, plan.BuildName, storage.MountPath, storage.StorageClass, storage.AccessMode,
            storage.StorageSizeInGib.ToString(CultureInfo.InvariantCulture));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..10];
        return $"kiln-{Slug($"{plan.ProjectKey}-{plan.BuildName}")}-{hash}";
    }

    private static string Slug(string text)
    {
        var slug = string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        slug = slug.Length > LongestSlug ? slug[..LongestSlug].TrimEnd('-') : slug;
        return slug.Length == 0 ? "build" : slug;
    }
}
