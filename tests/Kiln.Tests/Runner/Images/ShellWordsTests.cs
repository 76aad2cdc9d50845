using Kiln.Runner.Steps.Images;

namespace Kiln.Tests.Runner.Images;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  --build-arg  a=1 ", new[] { "--build-arg", "a=1" })]
    [InlineData("--build-arg \"a=1 2\" 'b=$x'", new[] { "--build-arg", "a=1 2", "b=$x" })]
    [InlineData("a\\ b \"c\\\"d\" ''", new[] { "a b", "c\"d", "" })]
    [InlineData("x; rm -rf / && $(y)", new[] { "x;", "rm", "-rf", "/", "&&", "$(y)" })]
    public void A_line_becomes_words_and_nothing_is_run(string line, string[] words) =>
        Assert.Equal(words, ShellWords.Split(line));
}
