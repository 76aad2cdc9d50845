using System.Globalization;
using System.Text;
using System.Xml;

namespace Kiln.Runner.Steps.Reports;

/// <summary>
/// Reads JUnit files as a stream: no document type, no entities, nothing fetched, bounded in size. Test cases are counted,
/// what suites claim of themselves is not believed. Raw form:
/// <code>
/// &lt;testsuite name="shop"&gt;&lt;testcase classname="Cart" name="adds" time="0.02"&gt;&lt;failure message="2 != 3"&gt;at …&lt;/failure&gt;&lt;/testcase&gt;&lt;/testsuite&gt;
/// </code>
/// </summary>
internal static class JunitReader
{
    private const long LongestDocument = 256L << 20;
    private const int KeptText = 64 * 1024;

    /// <summary>Reads one file into a tally.</summary>
    /// <exception cref="XmlException">It is no well-formed XML, has a document type, or is too long.</exception>
    public static void Read(Stream content, string file, TestTally tally)
    {
        using var xml = XmlReader.Create(content, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = LongestDocument,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
        var suites = new Stack<string>();
        xml.MoveToContent();
        if (xml.LocalName is not ("testsuites" or "testsuite"))
        {
            throw new XmlException($"It begins with <{xml.LocalName}> and not with <testsuites> or <testsuite>.");
        }
        do
        {
            switch (xml.NodeType, xml.LocalName)
            {
                case (XmlNodeType.Element, "testsuite") when !xml.IsEmptyElement:
                    suites.Push(xml.GetAttribute("name") ?? "");
                    break;
                case (XmlNodeType.EndElement, "testsuite"):
                    suites.Pop();
                    break;
                case (XmlNodeType.Element, "testcase"):
                    tally.Add(ReadCase(xml, suites.TryPeek(out var suite) ? suite : "", file));
                    break;
            }
        }
        while (xml.Read());
    }

    private static TestCase ReadCase(XmlReader xml, string suite, string file)
    {
        var found = new TestCase(
            suite, xml.GetAttribute("classname") ?? "", xml.GetAttribute("name") ?? "", Milliseconds(xml.GetAttribute("time")), file);
        if (xml.IsEmptyElement)
        {
            return found;
        }
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType != XmlNodeType.Element || xml.Depth != depth + 1)
            {
                continue;
            }
            switch (xml.LocalName)
            {
                case "failure" or "error":
                    found.Kind ??= xml.LocalName;
                    found.Message = xml.GetAttribute("message") ?? "";
                    found.Details = Text(xml);
                    break;
                case "skipped":
                    found.IsSkipped = true;
                    break;
                case "system-out" or "system-err":
                    found.Written += Text(xml);
                    break;
            }
        }
        return found;
    }

    // The last part: that is where a test says why it ends.
    private static string Text(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }
        var text = new StringBuilder();
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
            {
                text.Append(xml.Value);
                if (text.Length > 2 * KeptText)
                {
                    text.Remove(0, text.Length - KeptText);
                }
            }
        }
        return text.ToString();
    }

    private static long Milliseconds(string? seconds) =>
        double.TryParse(seconds, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value)
            && value is > 0 and < 1e9 ? (long)Math.Round(value * 1000) : 0;
}

/// <summary>A test case as a report has it.</summary>
internal sealed record TestCase(string Suite, string ClassName, string Name, long DurationMs, string File)
{
    /// <summary><c>failure</c>, <c>error</c>, or <c>null</c> when it did not fail.</summary>
    public string? Kind { get; set; }

    public bool IsSkipped { get; set; }
    public string Message { get; set; } = "";
    public string Details { get; set; } = "";

    /// <summary>What the test itself wrote.</summary>
    public string Written { get; set; } = "";
}
