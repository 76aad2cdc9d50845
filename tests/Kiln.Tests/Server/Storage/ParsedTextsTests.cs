using Kiln.Server.Storage;

namespace Kiln.Tests.Server.Storage;

public sealed class ParsedTextsTests
{
    private readonly List<string> _parsed = [];
    private readonly ParsedTexts<string[]> _texts;

    public ParsedTextsTests() => _texts = new(text =>
    {
        _parsed.Add(text);
        return text.Length > 0 ? text.Split(' ') : throw new InvalidDataException("It is empty.");
    });

    [Fact]
    public void The_same_text_is_parsed_once()
    {
        var first = _texts.Of("a b");
        Assert.Same(first, _texts.Of(string.Concat("a", " b")));
        Assert.Equal(["a b"], _parsed);
    }

    [Fact]
    public void A_text_that_differs_in_a_letter_is_another() =>
        Assert.NotEqual(_texts.Of("a b"), _texts.Of("a B"));

    [Fact]
    public void What_cannot_be_parsed_is_tried_again()
    {
        Assert.Throws<InvalidDataException>(() => _texts.Of(""));
        Assert.Throws<InvalidDataException>(() => _texts.Of(""));
        Assert.Equal(2, _parsed.Count);
    }

    [Fact]
    public void What_is_read_again_and_again_stays_and_what_is_not_goes()
    {
        _texts.Of("once");
        _texts.Of("often");
        for (var i = 0; i < 40; i++)
        {
            _texts.Of(new string('x', ParsedTexts<string[]>.Room / 8) + i);
            _texts.Of("often");
        }
        _texts.Of("once");
        Assert.Equal(1, _parsed.Count(text => text == "often"));
        Assert.Equal(2, _parsed.Count(text => text == "once"));
    }

    [Fact]
    public void A_text_that_would_push_out_all_others_is_not_kept()
    {
        var large = new string('x', ParsedTexts<string[]>.Room);
        _texts.Of(large);
        _texts.Of(large);
        Assert.Equal(2, _parsed.Count);
    }
}
