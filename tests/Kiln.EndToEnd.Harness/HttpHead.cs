using System.Globalization;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>A request as it came over a connection, with its body when that has a length.</summary>
public sealed class HttpHead
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    private HttpHead(string[] lines)
    {
        FirstLine = lines[0];
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            _headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
    }

    public string FirstLine { get; }

    public byte[] Body { get; private set; } = [];

    public IEnumerable<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>A header; empty when it did not come.</summary>
    public string this[string name] => _headers.GetValueOrDefault(name, "");

    public static async Task<HttpHead> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!EndsHead(text))
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            text.Append((char)one[0]);
        }
        var head = new HttpHead(text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        if (int.TryParse(head["content-length"], CultureInfo.InvariantCulture, out var length))
        {
            head.Body = new byte[length];
            await stream.ReadExactlyAsync(head.Body, cancellationToken);
        }
        return head;
    }

    private static bool EndsHead(StringBuilder text) =>
        text.Length >= 4 && text[^1] == '\n' && text[^2] == '\r' && text[^3] == '\n' && text[^4] == '\r';
}
