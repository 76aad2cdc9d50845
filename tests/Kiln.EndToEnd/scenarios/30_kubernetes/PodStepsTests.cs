using System.Text;
using System.Text.Json.Nodes;
using Kiln.Contracts.Runs;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary>What a script in one container leaves, the other goes on with.</summary>
public sealed class PodStepsTests(SharedCluster shared) : IDisposable
{
    // A root file system for a RUN without a base image to pull.
    private const string Script = """
        mkdir -p out app/bin app/lib64 app/lib/x86_64-linux-gnu
        echo content > "out/$PKG_FILE"
        printf '<testsuite tests="1"><testcase classname="a" name="b"/></testsuite>' > out/junit.xml
        cp /bin/dash app/bin/sh
        cp /lib64/ld-linux-x86-64.so.2 app/lib64/
        cp /lib/x86_64-linux-gnu/libc.so.6 app/lib/x86_64-linux-gnu/
        printf 'FROM scratch\nCOPY . /\nRUN echo built > /made\n' > app/Dockerfile
        """;

    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Image_archive_reports_and_post_script_read_what_the_script_left()
    {
        var cluster = await shared.GetAsync(Token);
        await using var registry = await ImageRegistry.StartAsync(_scratch, cluster.Address, Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "pod-steps", Token);
        await pods.Server.UseAsync(registry.Host, ImageRegistry.Password, Token);

        var run = await pods.Builds.RunAsync("steps", Script, Token, body =>
        {
            PodServer.InPod()(body);
            body["docker_build_step"] = new JsonObject
            {
                ["dockerfile_source"] = "local",
                ["dockerfile_directory"] = "app/Dockerfile",
                ["build_context_dir"] = "app",
                ["build_args"] = "",
                ["enable_buildkit"] = false,
                ["platforms"] = "",
            };
            body["post_build"] = new JsonObject
            {
                ["scripts"] = "echo after $IMAGE",
                ["file_archive"] = new JsonObject { ["file_location"] = "out" },
            };
            body["reports"] = new JsonObject { ["junit"] = new JsonArray("out/*.xml") };
        });

        var log = Encoding.UTF8.GetString(await pods.Builds.LogAsync(run.RunId, "", Token));
        Assert.True(run.Status == RunStatus.Passed, $"{run.Reason}: {run.Message}\n{log}");
        var image = run.Outputs.Single(output => output.Name == "IMAGE").Value;
        Assert.Equal(
            await registry.DigestAsync(image, Token), run.Outputs.Single(output => output.Name == "IMAGE_DIGEST").Value);
        Assert.Contains($"after {image}\n", log);
        Assert.Equal(2, run.Artifacts);
        Assert.Equal(1, run.Tests?.Tests);
        Assert.DoesNotContain(ImageRegistry.Password, log);
    }

    [Fact]
    public async Task A_link_out_of_the_workspace_is_not_archived()
    {
        var cluster = await shared.GetAsync(Token);
        await using var pods = await PodServer.StartAsync(cluster, _scratch, "pod-link", Token);

        var run = await pods.Builds.RunAsync("link", "mkdir out; ln -s /proc/1/environ \"out/$PKG_FILE\"", Token, body =>
        {
            PodServer.InPod()(body);
            body["post_build"] = new JsonObject { ["file_archive"] = new JsonObject { ["file_location"] = "out" } };
        });

        Assert.Equal((RunStatus.Failed, RunReason.ArchiveFailed), (run.Status, run.Reason));
        Assert.Contains("is a link that leads out of the workspace", run.Message);
    }
}
