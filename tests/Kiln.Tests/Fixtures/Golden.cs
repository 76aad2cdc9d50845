using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiln.Tests.Architecture;

namespace Kiln.Tests.Fixtures;

/// <summary>Compares generated JSON with a file beside the tests; <c>KILN_UPDATE_GOLDENS=1</c> writes it anew.</summary>
internal static class Golden
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Matches(string file, JsonNode made)
    {
        var path = Path.Combine(Repository.Root, "tests/Kiln.Tests", file);
        var text = made.ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("KILN_UPDATE_GOLDENS") == "1")
        {
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }
}
