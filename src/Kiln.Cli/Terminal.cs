using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli;

/// <summary>Where a command writes: what was asked for on the one side, words about it on the other.</summary>
/// <param name="Output">Standard output as text.</param>
/// <param name="RawOutput">Standard output as bytes, for logs; nothing of <paramref name="Output"/> is ever held back.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Terminal(TextWriter Output, Stream RawOutput, TextWriter Errors)
{
    /// <summary>Standard input.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>True when a person types there, who may be asked.</summary>
    public bool IsInputTyped { get; init; }

    /// <summary>Columns that fit a line of the output; <c>null</c> when it is no terminal and nothing is cut.</summary>
    public int? Width { get; init; }

    /// <summary>Colours of the output; none when it is no terminal or nobody wants them.</summary>
    public Palette Palette { get; init; } = Palette.None;

    /// <summary>Says why there is no answer and returns the exit code for it.</summary>
    public int Explain<T>(Answer<T> answer)
    {
        var (sentence, code) = Verdict(answer);
        if (answer is Answer<T>.Refused { Errors: { Count: > 1 } errors })
        {
            Fail($"{errors.Count} problems:", code);
            foreach (var error in errors)
            {
                Errors.WriteLine($"  {Line(error)}");
            }
            return code;
        }
        return Fail(sentence, code);
    }

    /// <summary>A failed answer in one sentence, and the exit code for it.</summary>
    public static (string Sentence, int Code) Verdict<T>(Answer<T> answer) => answer switch
    {
        Answer<T>.Refused { Status: 401 } refused => (
            $"{refused.Description} (kiln login URL keeps a token; KILN_TOKEN gives one.)", ExitCode.NotAuthenticated),
        Answer<T>.Refused { Status: 403 } refused => (refused.Description, ExitCode.NotAuthenticated),
        Answer<T>.Refused { Status: < 500 } refused => (refused.Description, ExitCode.Usage),
        Answer<T>.Refused refused => (refused.Description, ExitCode.Infrastructure),
        Answer<T>.Unreachable unreachable => (unreachable.Message, ExitCode.Infrastructure),
        _ => throw new ArgumentException("Only a failure needs an explanation.", nameof(answer)),
    };

    /// <summary>A violation in one line.</summary>
    public static string Line(Violation error) => error.Field.Length == 0 ? error.Message : $"{error.Field}: {error.Message}";

    /// <summary>Writes a sentence to standard error and returns <paramref name="code"/>.</summary>
    public int Fail(string sentence, int code)
    {
        Errors.WriteLine($"kiln: {sentence}");
        return code;
    }
}
