using System.Text;
using Kiln.Contracts.Exec;
using Kiln.Exec.Interop;
using Kiln.Exec.Rooms;
using Kiln.Exec.Spawn;

namespace Kiln.Exec.Outputs;

/// <summary>A script laid out in the run directory, ready to start.</summary>
internal sealed record ScriptFiles
{
    public required IReadOnlyList<string> Argv { get; init; }
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }
    public required IReadOnlyList<string> Declared { get; init; }

    /// <summary>Written by the prelude or wrapper: NAME=value, each ended by <see cref="Separator"/>.</summary>
    public required string Variables { get; init; }

    public string Separator { get; init; } = "\0";

    /// <summary><c>$KILN_OUTPUT</c>.</summary>
    public required string Output { get; init; }

    /// <summary>Something the log is to say before the script starts.</summary>
    public string? Notice { get; init; }

    /// <summary>Writes the files of a script.</summary>
    /// <param name="script">The command.</param>
    /// <param name="directory">Absolute path of the run directory, or of the room's for scripts as exec sees it.</param>
    /// <param name="room">Where the script runs; <c>null</c> = here.</param>
    public static ScriptFiles Lay(ExecCommand.StartScript script, string directory, RoomPlace? room)
    {
        var stem = $"{directory}/{script.Id}";
        // By what the script itself finds the same files.
        var inside = $"{room?.ScriptsInside ?? directory}/{script.Id}";
        Posix.WriteFile(stem + ".output", []);
        var files = new ScriptFiles
        {
            Argv = [],
            Environment = [.. script.Environment, new("KILN_OUTPUT", inside + ".output")],
            Declared = script.Outputs,
            Variables = stem + ".variables",
            Output = stem + ".output",
        };
        return script.Kind switch
        {
            "batch_file" => files.Batch(script, stem, inside),
            "powershell" => files.PowerShell(script, stem, inside),
            _ => files.Shell(script, stem, inside, room),
        };
    }

    public void Remove()
    {
        Libc.Unlink(Variables);
        Libc.Unlink(Output);
    }

    private ScriptFiles Shell(ExecCommand.StartScript script, string stem, string inside, RoomPlace? room)
    {
        var file = inside + ".sh";
        Posix.WriteFile(stem + ".sh", Encoding.UTF8.GetBytes(script.Body.Replace("\r\n", "\n").Replace('\r', '\n')));
        var bash = room is not null
            ? room.FindBash()
            : ProgramLookup.Find("/bin/bash", [], "/") ?? ProgramLookup.Find("bash", Environment, script.WorkingDirectory);
        if (bash is null)
        {
            return this with
            {
                Argv = ["sh", file],
                Notice = "There is no bash here: the script runs under sh, and only $KILN_OUTPUT yields outputs.",
            };
        }

        if (Declared.Count == 0)
        {
            return this with { Argv = [bash, file] };
        }

        var prelude = inside + ".prelude";
        var own = Environment.LastOrDefault(static variable => variable.Key == "BASH_ENV").Value;
        Posix.WriteFile(stem + ".prelude", Encoding.UTF8.GetBytes(BashPrelude.Write(Declared, inside + ".variables", own)));
        return this with { Argv = [bash, file], Environment = [.. Environment, new("BASH_ENV", prelude)] };
    }

    /// <summary>
    /// The script is called, so that its variables stay; behind a plain <c>exit</c> only %KILN_OUTPUT% counts. A cmd.exe
    /// on this system is Wine's: it sees the root directory as drive Z.
    /// </summary>
    private ScriptFiles Batch(ExecCommand.StartScript script, string stem, string inside)
    {
        Posix.WriteFile(stem + ".bat", Encoding.UTF8.GetBytes(script.Body.Replace("\r\n", "\n").Replace("\n", "\r\n")));
        var wrapper = new StringBuilder("@echo off\r\n");
        wrapper.Append($"call \"{OnDriveZ(inside)}.bat\"\r\nset __kiln_code=%errorlevel%\r\n");
        foreach (var name in Declared)
        {
            wrapper.Append($"if defined {name} set {name}>>\"{OnDriveZ(inside)}.variables\"\r\n");
        }

        wrapper.Append("exit /b %__kiln_code%\r\n");
        Posix.WriteFile(stem + ".kiln.bat", Encoding.UTF8.GetBytes(wrapper.ToString()));
        return this with
        {
            Argv = ["cmd.exe", "/c", OnDriveZ(inside) + ".kiln.bat"],
            Environment = [.. script.Environment, new("KILN_OUTPUT", OnDriveZ(inside) + ".output")],
            Separator = "\r\n",
        };
    }

    private ScriptFiles PowerShell(ExecCommand.StartScript script, string stem, string inside)
    {
        Posix.WriteFile(stem + ".ps1", Encoding.UTF8.GetBytes(script.Body));
        var names = string.Join(',', Declared.Select(static name => $"'{name}'"));
        var wrapper = $$"""
            $global:LASTEXITCODE = 0
            try { . '{{Literal(inside)}}.ps1' }
            finally {
                $__kiln = foreach ($__name in @({{names}})) {
                    $__value = Get-Variable -Name $__name -ValueOnly -ErrorAction Ignore
                    if ($null -eq $__value) { $__value = [Environment]::GetEnvironmentVariable($__name) }
                    if ($null -ne $__value) { "$__name=$__value`0" }
                }
                [IO.File]::WriteAllText('{{Literal(inside)}}.variables', -join $__kiln)
            }
            exit $LASTEXITCODE

            """;
        Posix.WriteFile(stem + ".kiln.ps1", Encoding.UTF8.GetBytes(wrapper));
        return this with { Argv = ["pwsh", "-NoLogo", "-NonInteractive", "-File", inside + ".kiln.ps1"] };
    }

    private static string OnDriveZ(string path) => "Z:" + path.Replace('/', '\\');

    private static string Literal(string text) => text.Replace("'", "''");
}
