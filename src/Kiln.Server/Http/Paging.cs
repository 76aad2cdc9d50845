using System.Globalization;
using Kiln.Server.Bodies;

namespace Kiln.Server.Http;

/// <summary>A page of a list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 to 1000.</param>
public sealed record Paging(int Page, int PageSize)
{
    private const int LargestPage = 1000;

    /// <summary>Its query parameters.</summary>
    public static ApiParameter[] Parameters { get; } =
    [
        ApiParameter.Number("pageNum", "Which page; absent or 0 = 1."),
        ApiParameter.Number("pageSize", "Entries of a page; absent or 0 = 20, at most 1000."),
    ];

    /// <summary>Reads <c>pageNum</c> and <c>pageSize</c>: absent, empty or 0 is the default (1, 20); anything but a
    /// whole number from 0 on is an error.</summary>
    public static Paging Read(IQueryCollection query, Violations violations) => new(
        Number(query, "pageNum", 1, int.MaxValue, violations),
        Number(query, "pageSize", 20, LargestPage, violations));

    private static int Number(IQueryCollection query, string name, int absent, int largest, Violations violations)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return absent;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            violations.Add(name, $"\"{Quoted.Short(text)}\" is not a whole number from 0 on.");
            return absent;
        }
        return number == 0 ? absent : (int)Math.Min(number, largest);
    }
}
