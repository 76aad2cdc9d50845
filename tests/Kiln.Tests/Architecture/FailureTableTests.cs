using System.Text.RegularExpressions;
using Kiln.Contracts.Runs;

namespace Kiln.Tests.Architecture;

/// <summary>The table of docs/failures.md against reasons and tests.</summary>
public sealed partial class FailureTableTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/failures.md"));

    [Fact]
    public void Every_test_that_it_names_is_there()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(static file => Path.GetFileNameWithoutExtension(file))
            .ToDictionary(static group => group.Key, static group => string.Concat(group.Select(File.ReadAllText)));

        var named = Test().Matches(Page).Select(static match => (Class: match.Groups["class"].Value, Name: match.Groups["test"].Value)).ToList();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, test => !tests.TryGetValue(test.Class, out var text) || !text.Contains($" {test.Name}(", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_reason_that_it_names_is_one()
    {
        var reasons = typeof(RunReason).GetFields().Select(static field => (string)field.GetRawConstantValue()!).ToHashSet();

        Assert.DoesNotContain(Word().Matches(Page).Select(static match => match.Groups["word"].Value), word => !reasons.Contains(word));
    }

    [GeneratedRegex(@"`(\w+/)?(?<class>\w+Tests)\.(?<test>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Test();

    [GeneratedRegex("`(?<word>[a-z]+(_[a-z]+)+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}
