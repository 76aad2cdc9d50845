using System.Text;
using System.Xml;
using CsCheck;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Contracts.Secrets;
using Kiln.Runner.Steps.Reports;
using static Kiln.Tests.Runner.RunSpecs;

namespace Kiln.Tests.Runner;

public sealed class ReportsTests : IDisposable
{
    private const string Report = """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="900">
          <testsuite name="shop">
            <testcase classname="Cart" name="adds" time="0.25"/>
            <testcase classname="Cart" name="removes" time="1.5">
              <failure message="2 != 3" type="Assertion">at Cart.cs:7</failure>
              <system-out><![CDATA[got opensesame & more]]></system-out>
            </testcase>
            <testsuite name="inner"><testcase name="boom"><error>opensesame</error></testcase></testsuite>
            <testcase name="later"><skipped/></testcase>
          </testsuite>
        </testsuites>
        """;

    private readonly RunnerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Test_cases_are_counted_and_failures_told_with_their_masked_output()
    {
        var report = Read(Report);

        Assert.Equal(new TestTotals(4, 1, 1, 1, 1, 1750), report.Totals);
        Assert.Equal(
            [
                new TestFailure("shop", "Cart", "removes", "failure", "2 != 3", "at Cart.cs:7\ngot ******** & more", 1500, "r.xml"),
                new TestFailure("inner", "", "boom", "error", "", "********", 0, "r.xml"),
            ],
            report.Failures);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("")]
    [InlineData("<testsuite><testcase")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><testsuite name=\"&a;\"/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><testsuite>&b;</testsuite>")]
    public void What_is_no_report_is_refused(string text) => Assert.Throws<XmlException>(() => Read(text));

    [Fact]
    public void However_much_a_report_says_what_is_kept_is_bounded()
    {
        var cases = string.Concat(Enumerable.Range(0, 500).Select(i =>
            $"<testcase name='{i}'><failure message='{new string('m', 5000)}'>{new string('x', 200_000)}</failure></testcase>"));

        var report = Read($"<testsuite name='{new string('n', 5000)}'>{cases}</testsuite>");

        Assert.Equal((500, 500), (report.Totals.Tests, report.Totals.Failed));
        Assert.Equal((50, 450), (report.Failures.Count, report.FailuresLeftOff));
        Assert.True(report.Failures.Sum(failure => failure.Output.Length + failure.Message.Length + failure.Suite.Length) < 300_000);
    }

    [Fact]
    public void No_bytes_bring_anything_but_an_xml_error() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        try
        {
            JunitReader.Read(new MemoryStream([.. "<testsuite>"u8, .. bytes]), "r.xml", new TestTally(new SecretText([])));
        }
        catch (XmlException)
        {
            // As it says.
        }
    });

    [Fact]
    public async Task A_failed_script_s_reports_are_read_and_its_verdict_stays()
    {
        var run = await _host.RunAsync(Of(
            Shell($"mkdir -p a/b; cat > a/b/r.xml <<'E'\n{Report}\nE\necho '<no' > a/bad.xml; exit 1"),
            new PlannedStep.PostScript("echo never"),
            new PlannedStep.Reports(["a/**/*.xml", "none/*.xml"])));

        var end = await run.Ended;
        Assert.Equal((RunStatus.Failed, RunReason.ScriptFailed, 1), (end.Status, end.Reason, end.ExitCode));
        var report = run.Events.OfType<RunEvent.ReportsCollected>().Single().Report;
        Assert.Equal((4, 2, 2), (report.Totals.Tests, report.Files, report.Problems.Count));
        Assert.Contains("4 tests in 2 reports: 1 passed, 1 failed, 1 with errors, 1 skipped", run.LogOf("reports"));
        Assert.Contains("Nothing in the workspace fits none/*.xml.", run.LogOf("reports"));
        Assert.Equal(
            [StepStatus.Failed, StepStatus.Skipped, StepStatus.Passed], run.Events.OfType<RunEvent.StepEnded>().Select(step => step.Status));
    }

    private static TestReport Read(string text)
    {
        var tally = new TestTally(new SecretText(["opensesame"]));
        JunitReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "r.xml", tally);
        return tally.Report(1, []);
    }
}
