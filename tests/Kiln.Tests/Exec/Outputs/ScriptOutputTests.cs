using Kiln.Contracts.Exec;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Exec.Outputs;

public sealed class ScriptOutputTests
{
    [Theory]
    [InlineData("A=1", 0, "1")]
    [InlineData("A='two\nlines'; exit 3", 3, "two\nlines")]
    [InlineData("set -e; A=1; false; A=2", 1, "1")]
    [InlineData("set -u; A=1; echo $NO_SUCH; A=2", 1, "1")]
    [InlineData("set -euo pipefail -o noclobber; A=1; false | true; A=2", 1, "1")]
    [InlineData("f() { A=1; exit 4; }; f", 4, "1")]
    [InlineData("A=1; (A=2; exit 5)", 5, "1")]
    [InlineData("A=1; exec bash -c 'exit 6'", 6, null)]
    [InlineData("A=1; kill -KILL $$", null, null)]
    [InlineData("trap 'A=2' EXIT; A=1; exit 7", 7, "2")]
    [InlineData("trap 'A=$?' EXIT; exit 8", 8, "8")]
    [InlineData("set -e; trap 'A=$?' EXIT; false", 1, "1")]
    [InlineData("trap 'A=2; exit 9' EXIT; A=1; exit 1", 9, "1")]
    [InlineData("trap 'A=2' EXIT; trap - EXIT; A=1", 0, "1")]
    [InlineData("trap 'A=2' 0; A=1", 0, "2")]
    [InlineData("trap 'A=2' ERR EXIT INT; A=1", 0, "2")]
    [InlineData("trap 'A=2' ERR; A=1; false; true", 0, "2")]
    [InlineData("A=1; (trap 'echo sub' EXIT)", 0, "1")]
    [InlineData("A=1\nsyntax error here (", 2, "1")]
    [InlineData("IFS=,; A='x y'; readonly A", 0, "x y")]
    [InlineData("echo A=file >> $KILN_OUTPUT; A=variable", 0, "file")]
    [InlineData("printf 'A<<END\\none\\ntwo\\nEND\\n' >> $KILN_OUTPUT; exec true", 0, "one\ntwo")]
    [InlineData("A=1; rm -f $KILN_OUTPUT", 0, "1")]
    [InlineData("unset A", 0, null)]
    [InlineData("A=1; set -o posix; cd /", 0, "1")]
    public async Task Outputs_and_exit_code_survive_whatever_a_script_does(string body, int? exitCode, string? value)
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var ended = await run.RunAsync(run.Script(body, "A"));

        Assert.Equal((exitCode, value), (ended.ExitCode, ended.Outputs.SingleOrDefault().Value));
        Assert.Equal(value is null ? ["A"] : [], ended.MissingOutputs);
        Assert.Null(ended.Problem);
    }

    [Fact]
    public async Task A_script_sees_itself_as_it_was_written()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.RunAsync(run.Script(
            "echo ${0##*/} $LINENO ${BASH_ENV-none} $#\r\nset -x\r\ntrap 'echo bye' EXIT\r\necho $LINENO\r\ntrap -p EXIT\r\nbash -c 'type -t trap'", "A"));

        Assert.Equal(
            """
            script.sh 1 none 0
            + trap 'echo bye' EXIT
            + echo 4
            4
            + trap -p EXIT
            trap -- 'echo bye' EXIT
            + bash -c 'type -t trap'
            builtin
            + echo bye
            bye

            """,
            run.Log);
    }

    [Theory]
    [InlineData("printf 'A=1\\0' >> $KILN_OUTPUT", "NUL")]
    [InlineData("echo nonsense >> $KILN_OUTPUT", "line 1 of $KILN_OUTPUT is neither")]
    [InlineData("printf 'A<<END\\n1\\n' >> $KILN_OUTPUT", "end is missing")]
    [InlineData("head -c 1100000 /dev/zero | tr '\\0' a >> $KILN_OUTPUT", "larger than 1 MiB")]
    [InlineData("A=$(head -c 1100000 /dev/zero | tr '\\0' a)", "larger than 1 MiB")]
    public async Task Outputs_that_cannot_be_taken_are_explained(string body, string problem)
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var ended = await run.RunAsync(run.Script(body, "A"));

        Assert.Contains(problem, ended.Problem);
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(["A"], ended.MissingOutputs);
    }

    [Fact]
    public async Task A_batch_file_is_given_to_cmd_and_its_variables_come_back()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        var cmd = System.IO.Path.Combine(run.Workspace, "cmd.exe");
        await File.WriteAllTextAsync(
            cmd, "#!/bin/sh\necho \"$1\"; printf %s \"$2\" | tr '\\\\' / | cut -c3- | xargs cat; printf 'A=1\\r\\n' > \"${2%.kiln.bat}\"; exit 3\n", run.Token);
        File.SetUnixFileMode(cmd, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var ended = await run.RunAsync(run.Script("@echo off\nset A=1", "A") with
        {
            Kind = "batch_file",
            Environment = [new("PATH", $"{run.Workspace}:/usr/bin:/bin")],
        });

        Assert.Equal(3, ended.ExitCode);
        Assert.StartsWith("/c\n@echo off\r\ncall \"Z:\\", run.Log);
        Assert.Equal("@echo off\r\nset A=1", await File.ReadAllTextAsync(System.IO.Path.Combine(run.RunDirectory, "script.bat"), run.Token));
    }

    [Fact]
    public async Task PowerShell_is_refused_by_name_where_it_is_not_installed()
    {
        await using var run = await ExecRun.StartAsync();
        await run.HelloAsync();
        await run.SendAsync(run.Script("Write-Host hi", "A") with
        {
            Kind = "powershell",
            Environment = [new("PATH", run.Workspace)],
        });

        Assert.Equal("pwsh was not found on PATH", (await run.NextAsync<ExecNotice.Refused>()).Message);
    }
}
