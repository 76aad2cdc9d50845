using System.Text.Json.Nodes;
using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary><c>kiln apply</c> and <c>kiln export</c> against a real server.</summary>
public sealed class ApplyTests : IClassFixture<ServerFixture>, IDisposable
{
    private const string Shop = """
        kind: build
        name: web
        project_key: PROJECT
        infrastructure: vm
        build_os: ubuntu 20.04
        script_type: shell
        installs: []
        services:
          - {service_name: web, service_module: web}
        build_script: |
          echo building
        parameters:
          - {key: PASSWORD, type: string, default_value: correct-horse, is_credential: true}
        repo_info:
          - {codehost_name: ours, repo_namespace: team, repo_name: web, branch: main}
        ---
        kind: code-host
        name: ours
        project_key: PROJECT
        type: github
        address: https://github.example.com
        auth_type: token
        token: a-secret-token
        ---
        kind: Project
        project_key: PROJECT
        """;

    private readonly Scratch _scratch = new();
    private readonly KilnServer _server;
    private readonly KilnClientProgram _kiln;

    public ApplyTests(ServerFixture fixture)
    {
        _server = fixture.Server;
        _kiln = new KilnClientProgram(_scratch, _server);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Documents_are_applied_in_the_order_of_what_they_refer_to_and_once_is_enough()
    {
        var first = (await ApplyAsync("order")).Expect(0);
        var second = (await ApplyAsync("order")).Expect(0);

        Assert.Contains("3 created", first.Output);
        Assert.Contains("0 created, 0 updated, 0 deleted, 3 unchanged", second.Output);
        Assert.DoesNotContain("a-secret-token", first.Output + first.Errors);
        Assert.DoesNotContain("correct-horse", first.Output + first.Errors);
    }

    [Fact]
    public async Task A_change_shows_the_lines_that_differ_and_a_changed_secret_without_showing_it()
    {
        (await ApplyAsync("lines")).Expect(0);

        var changed = (await ApplyAsync("lines", text => text.Replace("echo building", "echo rebuilding").Replace("correct-horse", "battery-staple"))).Expect(0);

        Assert.Contains("~ build lines/web", changed.Output);
        Assert.Contains("-   echo building", changed.Output);
        Assert.Contains("+   echo rebuilding", changed.Output);
        Assert.Contains("******** (changed)", changed.Output);
        Assert.DoesNotContain("battery-staple", changed.Output);
        Assert.DoesNotContain("\e[", changed.Output);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        var ended = (await ApplyAsync("dry", options: "--dry-run")).Expect(0);

        Assert.Contains("+ build dry/web", ended.Output);
        Assert.Contains("nothing was changed", ended.Output);
        (await _kiln.RunAsync("get", "project", "dry")).Expect(2);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_with_file_document_and_line_and_nothing_is_changed()
    {
        var ended = (await ApplyAsync("wrong", text => text
            .Replace("build_os: ubuntu 20.04", "build_os: 20.04")
            .Replace("script_type: shell", "script_type: fish")
            .Replace("type: github", "type: gitbud"))).Expect(2);

        Assert.Contains("shop.yaml, document 1, line 5: build wrong/web: build_os: Must be text, not a number. Put it in quotes: \"20.04\".", ended.Errors);
        Assert.Contains("shop.yaml, document 1, line 6: build wrong/web: script_type:", ended.Errors);
        Assert.Contains("shop.yaml, document 2, line 20: code-host wrong/ours: type:", ended.Errors);
        Assert.Contains("nothing was changed", ended.Errors);
        (await _kiln.RunAsync("get", "project", "wrong")).Expect(2);
    }

    [Fact]
    public async Task A_field_that_the_kind_does_not_have_is_refused_with_the_one_that_was_meant()
    {
        var ended = (await _kiln.RunAsync(
            "kind: build-image\nlabel: typo\nvalue: alpine:3\nvaleu: debian:12\n", ["apply", "-f", "-"])).Expect(2);

        Assert.Contains("document 1, line 4: build-image typo: valeu: A build image has no such field here. Nearest: \"value\".", ended.Errors);
        (await _kiln.RunAsync("get", "build-image", "typo")).Expect(2);
    }

    [Fact]
    public async Task What_the_server_finds_only_later_ends_the_applying_and_says_what_was_and_was_not_done()
    {
        var ended = (await ApplyAsync("late", text => text
            + "\n---\nkind: build-template\nname: late\ninfrastructure: vm\nbuild_os: ubuntu 20.04\ninstalls: []\nscript_type: shell\nbuild_script: ''\n"
            + "---\nkind: build\nname: from-template\nproject_key: late\ntemplate_name: late\ntarget_services:\n"
            + "  - {service_name: a, service_module: a, repo_info: [], inputs: [{key: NOBODY, value: x}]}\n")).Expect(2);

        Assert.Contains("shop.yaml, document 5", ended.Errors);
        Assert.Contains("applied: project late, code-host late/ours, build-template late, build late/web", ended.Errors);
        Assert.Contains("not applied: build late/from-template", ended.Errors);
    }

    [Fact]
    public async Task Pruning_deletes_what_the_project_has_and_the_files_have_not()
    {
        (await ApplyAsync("prune")).Expect(0);

        var ended = (await ApplyAsync("prune", text => text.Replace("name: web\n", "name: site\n"), "--prune", "prune")).Expect(0);

        Assert.Contains("- build prune/web", ended.Output);
        Assert.Equal("site\n", (await _kiln.RunAsync("get", "build", "--project", "prune", "-o", "name")).Expect(0).Output);
    }

    [Fact]
    public async Task What_is_exported_applies_unchanged()
    {
        (await ApplyAsync("whole")).Expect(0);
        (await _kiln.RunAsync(OneOfEachKind, ["apply", "-f", "-"])).Expect(0);
        foreach (var json in (bool[])[false, true])
        {
            var exported = (await _kiln.RunAsync(json ? ["export", "--json"] : ["export"])).Expect(0).Output;
            Assert.DoesNotContain("a-secret-token", exported);

            var applied = (await _kiln.RunAsync(exported, ["apply", "-f", "-"])).Expect(0);

            Assert.Contains("0 created, 0 updated, 0 deleted", applied.Output);
        }
    }

    [Fact]
    public async Task The_same_definition_twice_an_unknown_kind_and_a_missing_name_are_refused_together()
    {
        var ended = (await _kiln.RunAsync(
            "kind: project\nproject_key: twice\n---\nkind: project\nproject_key: twice\n---\nkind: biuld\n---\nkind: variable\nvalue: x\n---\njust text\n",
            ["apply", "-f", "-"])).Expect(2);

        Assert.Contains("document 2, line 4: project twice is there already", ended.Errors);
        Assert.Contains("document 3, line 7: there is no kind \"biuld\"", ended.Errors);
        Assert.Contains("document 4, line 9: a variable needs key", ended.Errors);
        Assert.Contains("document 5", ended.Errors);
    }

    [Fact]
    public async Task Each_change_can_be_had_as_data()
    {
        var ended = (await ApplyAsync("data", options: ["--dry-run", "-o", "json"])).Expect(0);

        Assert.Equal(["create", "create", "create"], JsonNode.Parse(ended.Output)!.AsArray().Select(item => (string?)item!["change"]));
    }

    private const string OneOfEachKind = """
        kind: service
        project_key: yaml
        service_name: shop
        containers: [{name: web, image: registry.example.com/web}]
        ---
        kind: variable
        key: DEPLOY_KEY
        value: very-secret-value
        is_credential: true
        ---
        kind: build-image
        label: alpine 3
        value: alpine:3
        ---
        kind: package
        name: tool
        version: "1.0"
        scripts: |
          echo one
          echo two
        ---
        kind: object-storage
        name: s3
        endpoint: s3.example.com
        bucket: builds
        ak: someone
        sk: another-secret
        ---
        kind: registry
        address: registry.example.com
        namespace: team/a
        access_key: someone
        secret_key: another-secret
        ---
        kind: cluster
        name: far
        type: token
        api_server: https://10.0.0.1:6443
        token: another-secret
        ---
        kind: dockerfile-template
        name: plain
        content: |
          FROM alpine:3
          RUN true
        """;

    private async Task<KilnClientProgram.Ended> ApplyAsync(string project, Func<string, string>? edit = null, params string[] options)
    {
        var text = (edit ?? (text => text))(Shop.Replace("PROJECT", project));
        await File.WriteAllTextAsync(_scratch["shop.yaml"], text, Token);
        return await _kiln.RunAsync(["apply", "-f", "shop.yaml", .. options]);
    }
}
