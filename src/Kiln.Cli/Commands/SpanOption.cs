using System.CommandLine;
using System.Globalization;

namespace Kiln.Cli.Commands;

/// <summary>An option that takes a span of time: a number with <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal static class SpanOption
{
    private const int LongestDays = 36_500;

    public static Option<string> Create(string name, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "SPAN" };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => Parse(token.Value) is null))
            {
                result.AddError($"{name} {token.Value} is no span of time; it looks like 30m, 12h or 7d.");
            }
        });
        return option;
    }

    /// <summary>The span that was given; <c>null</c> = none.</summary>
    public static TimeSpan? Of(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? Parse(text) : null;

    private static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }
        long? seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => null };
        return seconds is { } unit && number <= LongestDays * 86_400L / unit ? TimeSpan.FromSeconds(number * unit) : null;
    }
}
