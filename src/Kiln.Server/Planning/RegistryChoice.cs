using Kiln.Server.Bodies;

namespace Kiln.Server.Planning;

/// <summary>The image registry of a run.</summary>
internal static class RegistryChoice
{
    /// <summary>The one that the request names, else the default one; <c>null</c> when there is none.</summary>
    public static CatalogueRegistry? Choose(Catalogue catalogue, string wanted, Violations violations)
    {
        if (wanted.Length == 0)
        {
            return catalogue.Registries.FirstOrDefault(registry => registry.IsDefault);
        }
        var chosen = catalogue.Registries.FirstOrDefault(registry => Path(registry) == WithoutScheme(wanted));
        if (chosen is null)
        {
            violations.AddUnknown("registry", "image registry", wanted, catalogue.Registries.Select(Path));
        }
        return chosen;
    }

    /// <summary><c>host/namespace</c>, or the host alone.</summary>
    public static string Path(CatalogueRegistry registry) =>
        registry.Namespace.Length == 0 ? Host(registry) : $"{Host(registry)}/{registry.Namespace}";

    public static string Host(CatalogueRegistry registry) => WithoutScheme(registry.Address);

    private static string WithoutScheme(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? address : address[(scheme + 3)..]).TrimEnd('/');
    }
}
