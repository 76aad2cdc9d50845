using System.Globalization;
using System.Reflection;

namespace Kiln.Server.Storage;

/// <summary>One numbered step of the schema, embedded as <c>NNNN_name.sql</c>. Never changed once released.</summary>
/// <param name="Version">From 1; gaps may be filled later.</param>
/// <param name="Name">What it brings.</param>
/// <param name="Script">Statements in the common SQL.</param>
public sealed record Migration(int Version, string Name, string Script)
{
    private const string Prefix = "migrations/";

    /// <summary>All steps this program knows, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load(typeof(Migration).Assembly);

    private static List<Migration> Load(Assembly assembly)
    {
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = Path.GetFileNameWithoutExtension(resource);
                var version = int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
                migrations.Add(new Migration(version, name[5..], reader.ReadToEnd()));
            }
        }
        migrations.Sort(static (a, b) => a.Version.CompareTo(b.Version));
        return migrations;
    }
}
