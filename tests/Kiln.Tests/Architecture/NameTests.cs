namespace Kiln.Tests.Architecture;

/// <summary>Folders and types are named after things of the domain.</summary>
public sealed class NameTests
{
    private static readonly string[] Banned = ["Core", "Common", "Shared", "Helper", "Helpers", "Util", "Utils", "Manager"];

    [Fact]
    public void Nothing_is_called_after_nothing()
    {
        var nameless = Repository.Sources().Where(source => source.Split('/', '.').Any(IsNameless));

        Assert.Empty(nameless);
    }

    private static bool IsNameless(string name) =>
        Banned.Contains(name) || name.EndsWith("Helper", StringComparison.Ordinal) && name != "CredentialHelper"
        || name.EndsWith("Manager", StringComparison.Ordinal) || name.EndsWith("Utils", StringComparison.Ordinal);
}
