using System.Net;
using Kiln.Buckets;

namespace Kiln.Server.Settings;

/// <summary>Everything a server can be told at its start, validated. docs/settings.md has the table.</summary>
public sealed record KilnOptions
{
    /// <summary>Where to listen; port 0 = any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 7070);

    /// <summary>Absolute path of the directory that holds everything.</summary>
    public required string Data { get; init; }

    /// <summary>Connection string of PostgreSQL in Npgsql's form; <c>null</c> = SQLite in <see cref="Data"/>. Holds a password.</summary>
    public string? Database { get; init; }

    /// <summary>Absolute path of the artifacts' directory; <c>null</c> = in <see cref="Data"/>.</summary>
    public string? Artifacts { get; init; }

    /// <summary>Object storage that keeps artifacts; <c>null</c> = the directory does.</summary>
    public BucketUrl? ArtifactBucket { get; init; }

    /// <summary>The admin token; <c>null</c> = made once and kept in the data directory.</summary>
    public string? AdminToken { get; init; }

    /// <summary>Runs at once on the embedded agent; 0 = no embedded agent.</summary>
    public int Capacity { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Root of links that users follow; <c>null</c> = the listen address.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The master key in base64; <c>null</c> = a file in the data directory, made at the first start.</summary>
    public string? MasterKey { get; init; }

    /// <summary>Silence of a host after which its runs are lost.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run may wait for a host.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Runs that may wait at once; more are answered 429.</summary>
    public int MaxQueued { get; init; } = 20_000;

    /// <summary>Time between TERM and KILL when a run is cancelled or times out.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests a second that each token may make in the long run; 0 = any number.</summary>
    public int RateLimit { get; init; } = 1000;

    /// <summary>How long logs are kept after the end of their runs; <c>null</c> = for ever.</summary>
    public TimeSpan? LogKeep { get; init; }

    /// <summary>How long artifacts are kept after the end of their runs; <c>null</c> = for ever.</summary>
    public TimeSpan? ArtifactKeep { get; init; }

    /// <summary>Bytes that the logs of ended runs may take on disk; <c>null</c> = all there is.</summary>
    public long? LogLimit { get; init; }

    /// <summary>Image of the container that drives a pod's run.</summary>
    public string PodImage { get; init; } = $"kiln-agent:{SettingsHelp.Version}";

    /// <summary>This server's address as pods reach it; <c>null</c> = <see cref="PublicUrl"/>.</summary>
    public Uri? PodServerUrl { get; init; }

    /// <summary>Namespace of pods in clusters that name none.</summary>
    public string PodNamespace { get; init; } = "kiln";

    /// <summary>Runs at once on each cluster.</summary>
    public int PodCapacity { get; init; } = 200;

    /// <summary>How long a pod's image may fail to be pulled before its run is given up.</summary>
    public TimeSpan PodPullTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Load the demo data and serve its git repositories.</summary>
    public bool Demo { get; init; }

    /// <summary>Least level of the server's own log.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
