using Kiln.Contracts.Runs;
using Kiln.Contracts.Secrets;

namespace Kiln.Runner.Steps.Reports;

/// <summary>Adds up test cases. Everything is counted; of the failures the first ones are kept, masked and cut.</summary>
internal sealed class TestTally(SecretText secrets)
{
    private const int KeptFailures = 50;
    private const int NameLength = 300;
    private const int MessageLength = 1000;
    private const int OutputLength = 4000;

    private readonly List<TestFailure> _failures = [];
    private int _tests;
    private int _failed;
    private int _errors;
    private int _skipped;
    private long _durationMs;

    public void Add(TestCase test)
    {
        _tests++;
        _durationMs += test.DurationMs;
        if (test.Kind is not { } kind)
        {
            _skipped += test.IsSkipped ? 1 : 0;
            return;
        }
        _failed += kind == "failure" ? 1 : 0;
        _errors += kind == "failure" ? 0 : 1;
        if (_failures.Count < KeptFailures)
        {
            _failures.Add(new TestFailure(
                Beginning(test.Suite, NameLength),
                Beginning(test.ClassName, NameLength),
                Beginning(test.Name, NameLength),
                kind,
                Beginning(test.Message, MessageLength),
                Output(test),
                test.DurationMs,
                test.File));
        }
    }

    public TestReport Report(int files, IReadOnlyList<string> problems) => new(
        new TestTotals(_tests, _tests - _failed - _errors - _skipped, _failed, _errors, _skipped, _durationMs),
        _failures,
        _failed + _errors - _failures.Count,
        files,
        problems);

    private string Output(TestCase test)
    {
        var details = Beginning(test.Details.Trim(), OutputLength);
        // Masked before it is cut: half a secret is none that could be found.
        var written = secrets.Hide(test.Written.Trim());
        var room = OutputLength - details.Length;
        return written.Length == 0 || room <= 1 ? details
            : $"{details}\n{(written.Length < room ? written : $"…{written[^(room - 1)..]}")}".TrimStart('\n');
    }

    private string Beginning(string text, int length)
    {
        var hidden = secrets.Hide(text);
        return hidden.Length <= length ? hidden : $"{hidden[..(length - 1)]}…";
    }
}
