using System.Globalization;
using System.Net;
using Kiln.Buckets;
using Kiln.Server.Identity;
using Kiln.Server.Storage.Postgres;

namespace Kiln.Server.Settings;

/// <summary>Every setting there is. The help, docs/settings.md and config.schema.json are checked against it.</summary>
public static class SettingTable
{
    private const int ShortestToken = 16;

    /// <summary>In the order of the help.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("listen", "HOST:PORT", "127.0.0.1:7070", "Address to listen on; port 0 takes any free one.", Listen),
        new("data", "DIR", "./data", "The one directory that holds everything.", Data),
        new("admin_token", "TOKEN", "made once, kept in DIR/admin-token", "The admin token, 16 characters or more.", AdminToken),
        new("database", "CONNECTION", "SQLite in the data directory", "Where PostgreSQL is: postgres://USER:PASSWORD@HOST/NAME.", Database),
        new("artifacts", "PLACE", "DIR/artifacts", "Where artifacts lie, a directory or s3://…; servers that share a database share it.", Artifacts),
        new("capacity", "N", "twice the processors", "Runs at once on the embedded agent; 0 = no embedded agent.", Capacity),
        new("public_url", "URL", "the listen address", "Root of the links that runs carry.", PublicUrl),
        new("master_key", "BASE64", "made once, kept in DIR/master.key", "Key that seals secrets: 32 bytes in base64.", Master),
        new("master_key_file", "FILE", "DIR/master.key", "File that holds the master key.", MasterFile),
        new("lost_after", "TIME", "10m", "Silence of a host after which its runs are lost.", LostAfter),
        new("queue_timeout", "TIME", "24h", "How long a run may wait for a host.", QueueTimeout),
        new("max_queued", "N", "20000", "Runs that may wait at once; more are answered 429.", MaxQueued),
        new("grace", "TIME", "10s", "Time between TERM and KILL when a run is stopped.", Grace),
        new("rate_limit", "N", "1000", "Requests a second for each token, twice as many at once; 0 = no limit.", RateLimit),
        new("artifact_keep", "TIME", "for ever", "How long artifacts are kept after the end of their runs, 1h or more.", ArtifactKeep),
        new("log_keep", "TIME", "for ever", "How long logs are kept after the end of their runs, 1h or more.", LogKeep),
        new("log_limit", "SIZE", "no limit", "What the logs of ended runs may take on disk, 1M or more: the oldest go.", LogLimit),
        new("pod_image", "IMAGE", "kiln-agent:VERSION", "Image of the container that drives a pod's run.", PodImage),
        new("pod_server_url", "URL", "the public URL", "Address of this server as pods reach it.", PodServerUrl),
        new("pod_namespace", "NAME", "kiln", "Namespace of pods in clusters that name none.", PodNamespace),
        new("pod_capacity", "N", "200", "Runs at once on each cluster; 0 = no cluster is given any.", PodCapacity),
        new("pod_pull_timeout", "TIME", "2m", "How long a pod's image may fail to be pulled before its run is given up.", PodPullTimeout),
        new("log_level", "LEVEL", "information", "Least level of the server's log: trace, debug, information, warning, error.", Level),
        new("demo", "", "off", "Load the demo data and serve its git repositories.", Demo),
    ];

    private static string? Listen(string text, ref KilnOptions options)
    {
        var named = text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1{text["localhost".Length..]}" : text;
        if (named.Length == 0 || !named.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(named, out var endpoint))
        {
            return "must be an IP address (or localhost) and a port, for example 127.0.0.1:7070";
        }
        options = options with { Listen = endpoint };
        return null;
    }

    private static string? Data(string text, ref KilnOptions options)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            return "must be the path of a directory";
        }
        options = options with { Data = Path.GetFullPath(text) };
        return null;
    }

    private static string? Artifacts(string text, ref KilnOptions options)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            return $"must be the path of a directory or {BucketUrl.Shape}";
        }
        if (!text.StartsWith("s3:", StringComparison.OrdinalIgnoreCase))
        {
            options = options with { Artifacts = Path.GetFullPath(text), ArtifactBucket = null };
            return null;
        }
        if (BucketUrl.Parse(text) is not { } bucket)
        {
            return $"must be {BucketUrl.Shape}, with key and secret percent-encoded";
        }
        options = options with { Artifacts = null, ArtifactBucket = bucket };
        return null;
    }

    private static string? AdminToken(string text, ref KilnOptions options)
    {
        if (text.Length < ShortestToken || text.Any(letter => letter is <= ' ' or > '~'))
        {
            return $"must be {ShortestToken} or more printable ASCII characters without spaces";
        }
        options = options with { AdminToken = text };
        return null;
    }

    private static string? Database(string text, ref KilnOptions options)
    {
        if (text.Length == 0)
        {
            return null;
        }
        if (PostgresAddress.Parse(text, out var problem) is not { } connection)
        {
            return $"must say where PostgreSQL is, for example postgres://kiln:secret@db.example.com/kiln; {problem}";
        }
        options = options with { Database = connection };
        return null;
    }

    private static string? Capacity(string text, ref KilnOptions options)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) || capacity > 10_000)
        {
            return "must be a whole number from 0 to 10000";
        }
        options = options with { Capacity = capacity };
        return null;
    }

    private static string? PublicUrl(string text, ref KilnOptions options)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            return "must be an http or https URL without user, query and fragment, for example https://kiln.example.com";
        }
        options = options with { PublicUrl = url };
        return null;
    }

    private static string? PodImage(string text, ref KilnOptions options)
    {
        if (text.Length == 0 || text.Any(letter => letter is <= ' ' or > '~'))
        {
            return "must be an image reference without spaces, for example registry.example.com/kiln-agent:1.0.0";
        }
        options = options with { PodImage = text };
        return null;
    }

    private static string? PodServerUrl(string text, ref KilnOptions options)
    {
        var asPublic = options;
        if (PublicUrl(text, ref asPublic) is { } problem)
        {
            return problem;
        }
        options = options with { PodServerUrl = asPublic.PublicUrl };
        return null;
    }

    private static string? PodNamespace(string text, ref KilnOptions options)
    {
        if (text.Length is 0 or > 63 || text.StartsWith('-') || text.EndsWith('-')
            || text.Any(letter => !(char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')))
        {
            return "must be at most 63 lower-case letters, digits and inner '-'";
        }
        options = options with { PodNamespace = text };
        return null;
    }

    private static string? PodCapacity(string text, ref KilnOptions options)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) || capacity > 100_000)
        {
            return "must be a whole number from 0 to 100000";
        }
        options = options with { PodCapacity = capacity };
        return null;
    }

    private static string? PodPullTimeout(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), out var time))
        {
            return "must be a time from 1s to 1d, for example 2m";
        }
        options = options with { PodPullTimeout = time };
        return null;
    }

    private static string? Master(string text, ref KilnOptions options)
    {
        if (MasterKey.Parse(text) is null)
        {
            return "must be 32 bytes in base64, for example the output of: openssl rand -base64 32";
        }
        options = options with { MasterKey = text.Trim() };
        return null;
    }

    private static string? MasterFile(string text, ref KilnOptions options)
    {
        try
        {
            return Master(File.ReadAllText(text), ref options) is { } problem ? $"names a file whose content {problem}" : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"must name a readable file ({unreadable.Message})";
        }
    }

    private static string? LostAfter(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.FromSeconds(30), TimeSpan.FromDays(7), out var time))
        {
            return "must be a time from 30s to 7d, for example 10m";
        }
        options = options with { LostAfter = time };
        return null;
    }

    private static string? QueueTimeout(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), out var time))
        {
            return "must be a time from 1s to 365d, for example 24h";
        }
        options = options with { QueueTimeout = time };
        return null;
    }

    private static string? MaxQueued(string text, ref KilnOptions options)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) || most is < 1 or > 1_000_000)
        {
            return "must be a whole number from 1 to 1000000";
        }
        options = options with { MaxQueued = most };
        return null;
    }

    private static string? Grace(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.Zero, TimeSpan.FromHours(1), out var time))
        {
            return "must be a time from 0s to 1h, for example 10s";
        }
        options = options with { Grace = time };
        return null;
    }

    private static string? RateLimit(string text, ref KilnOptions options)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit > 1_000_000)
        {
            return "must be a whole number from 0 to 1000000";
        }
        options = options with { RateLimit = limit };
        return null;
    }

    private static string? ArtifactKeep(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.FromHours(1), TimeSpan.FromDays(36_500), out var time))
        {
            return "must be a time from 1h to 36500d, for example 30d";
        }
        options = options with { ArtifactKeep = time };
        return null;
    }

    private static string? LogKeep(string text, ref KilnOptions options)
    {
        if (!Durations.TryParse(text, TimeSpan.FromHours(1), TimeSpan.FromDays(36_500), out var time))
        {
            return "must be a time from 1h to 36500d, for example 90d";
        }
        options = options with { LogKeep = time };
        return null;
    }

    private static string? LogLimit(string text, ref KilnOptions options)
    {
        if (!Sizes.TryParse(text, least: 1L << 20, out var bytes))
        {
            return "must be an amount of bytes from 1M on, for example 20G";
        }
        options = options with { LogLimit = bytes };
        return null;
    }

    private static string? Level(string text, ref KilnOptions options)
    {
        LogLevel? level = text.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "information" => LogLevel.Information,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => null,
        };
        if (level is null)
        {
            return "must be trace, debug, information, warning or error";
        }
        options = options with { LogLevel = level.Value };
        return null;
    }

    private static string? Demo(string text, ref KilnOptions options)
    {
        if (text is not ("true" or "false" or "1" or "0"))
        {
            return "must be true or false";
        }
        options = options with { Demo = text is "true" or "1" };
        return null;
    }
}
