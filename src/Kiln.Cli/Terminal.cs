using Kiln.Contracts.Client;

namespace Kiln.Cli;

/// <summary>Where a command writes: what was asked for on the one side, words about it on the other.</summary>
/// <param name="Output">Standard output as text.</param>
/// <param name="RawOutput">Standard output as bytes, for logs; nothing of <paramref name="Output"/> is ever held back.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Terminal(TextWriter Output, Stream RawOutput, TextWriter Errors)
{
    /// <summary>Says why there is no answer and returns the exit code for it.</summary>
    public int Explain<T>(Answer<T> answer)
    {
        var (sentence, code) = answer switch
        {
            Answer<T>.Refused { Status: 401 or 403 } refused => (refused.Description, ExitCode.NotAuthenticated),
            Answer<T>.Refused { Status: < 500 } refused => (refused.Description, ExitCode.Usage),
            Answer<T>.Refused refused => (refused.Description, ExitCode.Infrastructure),
            Answer<T>.Unreachable unreachable => (unreachable.Message, ExitCode.Infrastructure),
            _ => throw new ArgumentException("Only a failure needs an explanation.", nameof(answer)),
        };
        return Fail(sentence, code);
    }

    /// <summary>Writes a sentence to standard error and returns <paramref name="code"/>.</summary>
    public int Fail(string sentence, int code)
    {
        Errors.WriteLine($"kiln: {sentence}");
        return code;
    }
}
