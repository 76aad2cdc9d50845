namespace Kiln.Server.Http;

/// <summary>What a group of calls is about, in the words of the API document.</summary>
/// <param name="One">In ids of calls: <c>CodeHost</c>.</param>
/// <param name="Many">The same of several: <c>CodeHosts</c>.</param>
/// <param name="Chapter">Heading above the calls: <c>Code hosts</c>.</param>
/// <param name="Spoken">In a sentence: <c>a code host</c>.</param>
public sealed record ApiNoun(string One, string Many, string Chapter, string Spoken)
{
    /// <summary>The forms of a word, for example of <c>code host</c>.</summary>
    public static ApiNoun Of(string word)
    {
        var one = string.Concat(word.Split(' ').Select(Capital));
        return new(one, Plural(one), Capital(Plural(word)), $"{(word[0] is 'o' ? "an" : "a")} {word}");
    }

    private static string Plural(string word) => word[^1] == 'y' ? $"{word[..^1]}ies" : $"{word}s";

    private static string Capital(string word) => $"{char.ToUpperInvariant(word[0])}{word[1..]}";
}
