using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Outputs;

/// <summary>What came out of a script.</summary>
internal sealed record CollectedOutputs(
    IReadOnlyList<KeyValuePair<string, string>> Values, IReadOnlyList<string> Missing, string? Problem)
{
    public static readonly CollectedOutputs None = new([], [], null);

    /// <summary>All outputs of a script together.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads both files and removes them; they may hold secrets.</summary>
    public static CollectedOutputs Collect(ScriptFiles files)
    {
        var variables = Posix.ReadFile(files.Variables, MaxBytes);
        var written = Posix.ReadFile(files.Output, MaxBytes);
        var isTooLong = (variables is null && Libc.Access(files.Variables, 0) == 0)
            || (written is null && Libc.Access(files.Output, 0) == 0);
        files.Remove();
        return isTooLong || (variables?.Length ?? 0) + (written?.Length ?? 0) > MaxBytes
            ? new([], files.Declared, "the outputs are larger than 1 MiB in all: none was taken")
            : Combine(files.Declared, variables, files.Separator, written);
    }

    /// <summary>Of each declared name what <c>$KILN_OUTPUT</c> says, else the variable.</summary>
    public static CollectedOutputs Combine(IReadOnlyList<string> declared, byte[]? variables, string separator, byte[]? written)
    {
        var values = new Dictionary<string, string>();
        foreach (var entry in Encoding.UTF8.GetString(variables ?? []).Split(separator))
        {
            if (entry.IndexOf('=') is > 0 and var equals)
            {
                values[entry[..equals]] = entry[(equals + 1)..];
            }
        }

        var problem = OutputFile.Read(written, values);
        return new(
            [.. declared.Where(values.ContainsKey).Select(name => KeyValuePair.Create(name, values[name]))],
            [.. declared.Where(name => !values.ContainsKey(name))],
            problem);
    }
}
