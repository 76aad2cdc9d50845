using Npgsql;

namespace Kiln.Server.Storage.Postgres;

/// <summary>
/// Reads where a PostgreSQL database is: <c>postgres://user:password@host:5432/name?sslmode=require</c> as its own tools
/// take it, or <c>Host=…;Database=…</c> as Npgsql does.
/// </summary>
public static class PostgresAddress
{
    private const int DefaultPool = 20;
    private const int KeptStatements = 200;

    /// <summary>The connection string in Npgsql's form, or <c>null</c> with what is wrong.</summary>
    public static string? Parse(string text, out string problem)
    {
        problem = "";
        try
        {
            var settings = IsUri(text) ? FromUri(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrWhiteSpace(settings.Host))
            {
                problem = "it names no host";
                return null;
            }
            return WithDefaults(settings).ConnectionString;
        }
        catch (Exception wrong) when (wrong is ArgumentException or UriFormatException or FormatException)
        {
            // The exception may quote the text, password included.
            problem = "it cannot be read";
            return null;
        }
    }

    /// <summary>The database for people: no user, no password.</summary>
    public static string Describe(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{settings.Database ?? settings.Username} on {settings.Host}:{settings.Port}";
    }

    private static bool IsUri(string text) =>
        text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        var settings = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0)
        {
            settings.Port = uri.Port;
        }
        if (uri.AbsolutePath.Length > 1)
        {
            settings.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        }
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }
        if (user.Length > 1)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, Uri.UnescapeDataString(v)) : (pair, "");
            settings[Keyword(key)] = key == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return settings;
    }

    private static string Keyword(string key) => key switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "options" => "Options",
        "host" => "Host",
        _ => key,
    };

    private static NpgsqlConnectionStringBuilder WithDefaults(NpgsqlConnectionStringBuilder settings)
    {
        Default("Maximum Pool Size", DefaultPool);
        Default("Max Auto Prepare", KeptStatements);
        Default("Auto Prepare Min Usages", 2);
        Default("Application Name", "kiln");
        Default("Timeout", 5);
        Default("Keepalive", 10);
        return settings;

        void Default(string keyword, object value)
        {
            if (!settings.ContainsKey(keyword) || !settings.ShouldSerialize(keyword))
            {
                settings[keyword] = value;
            }
        }
    }
}
