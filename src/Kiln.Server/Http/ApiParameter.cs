namespace Kiln.Server.Http;

/// <summary>A query parameter or header of a call, as the API document describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">A sentence.</param>
public sealed record ApiParameter(string Name, string Meaning)
{
    /// <summary>JSON type of its value.</summary>
    public string Type { get; init; } = "string";

    /// <summary>The only values there are; empty = any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsRequired { get; init; }

    public bool IsHeader { get; init; }

    /// <summary>A whole number from 0 on.</summary>
    public static ApiParameter Number(string name, string meaning) => new(name, meaning) { Type = "integer" };

    /// <summary>A request header.</summary>
    public static ApiParameter Header(string name, string meaning) => new(name, meaning) { IsHeader = true };

    /// <summary>Which attempt of a run.</summary>
    public static ApiParameter Attempt { get; } = Number("attempt", "Attempt of the run, from 1; absent = the last.");
}
