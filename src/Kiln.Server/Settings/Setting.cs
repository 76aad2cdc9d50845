namespace Kiln.Server.Settings;

/// <summary>One setting: an option, an environment variable and a key of the configuration file.</summary>
/// <param name="Name">Key in the file, snake_case; option and variable follow from it.</param>
/// <param name="Shape">What a value looks like, for help and errors; empty = a switch.</param>
/// <param name="Default">The default, in words.</param>
/// <param name="Description">What it does.</param>
/// <param name="Apply">Reads a value into the options.</param>
public sealed record Setting(string Name, string Shape, string Default, string Description, ApplySetting Apply)
{
    /// <summary>For example <c>--public-url</c>.</summary>
    public string Option => $"--{Name.Replace('_', '-')}";

    /// <summary>For example <c>KILN_PUBLIC_URL</c>.</summary>
    public string Variable => $"KILN_{Name.ToUpperInvariant()}";

    /// <summary>True when the option stands alone on a command line.</summary>
    public bool IsSwitch => Shape.Length == 0;
}

/// <summary>Reads a setting's text into the options.</summary>
/// <returns><c>null</c>, or what the value must be ("must be …").</returns>
public delegate string? ApplySetting(string text, ref KilnOptions options);
