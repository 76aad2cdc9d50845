using Kiln.EndToEnd.Harness;

namespace Kiln.EndToEnd.Scenarios;

/// <summary><c>kiln login</c> and how commands find their server after it.</summary>
public sealed class LoginTests : IClassFixture<ServerFixture>, IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly KilnServer _server;
    private readonly KilnClientProgram _kiln;

    public LoginTests(ServerFixture fixture)
    {
        _server = fixture.Server;
        _kiln = new KilnClientProgram(_scratch, server: null);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_login_is_checked_kept_for_its_owner_alone_and_used_from_then_on()
    {
        var login = (await _kiln.RunAsync($"{_server.Token}\n", ["login", _server.Address.ToString(), "--project", "yaml"])).Expect(0);

        Assert.DoesNotContain(_server.Token, login.Output + login.Errors);
        var file = _scratch["home/.config/kiln/logins.json"];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains("hello-kiln", (await _kiln.RunAsync("get", "build")).Expect(0).Output);
        Assert.Contains("hello-kiln", (await _kiln.RunAsync("describe", "build", "hello-kiln")).Expect(0).Output);
    }

    [Fact]
    public async Task A_refused_token_is_not_kept()
    {
        (await _kiln.RunAsync("nonsense\n", ["login", _server.Address.ToString()])).Expect(4);

        Assert.False(File.Exists(_scratch["home/.config/kiln/logins.json"]));
    }

    [Fact]
    public async Task Several_logins_have_names_and_one_is_the_current_one()
    {
        (await _kiln.RunAsync($"{_server.Token}\n", ["login", _server.Address.ToString(), "--context", "one"])).Expect(0);
        (await _kiln.RunAsync($"{_server.Token}\n", ["login", _server.Address.ToString(), "--context", "two"])).Expect(0);

        Assert.Matches(@"\*\s+two", (await _kiln.RunAsync("context")).Expect(0).Output);
        (await _kiln.RunAsync("context", "one")).Expect(0);
        Assert.Matches(@"\*\s+one", (await _kiln.RunAsync("context")).Expect(0).Output);
        (await _kiln.RunAsync("logout")).Expect(0);
        Assert.Equal("two\n", (await _kiln.RunAsync("context", "-o", "name")).Expect(0).Output);
        Assert.Contains("There is no context \"one\"", (await _kiln.RunAsync("runs", "--context", "one")).Expect(2).Errors);
    }

    [Fact]
    public async Task A_token_among_the_arguments_is_warned_about()
    {
        var ended = (await _kiln.RunAsync("runs", "--server", _server.Address.ToString(), "--token", _server.Token)).Expect(0);

        Assert.Contains("process list", ended.Errors);
    }

    [Fact]
    public async Task A_server_of_this_machine_is_found_by_its_data_directory()
    {
        _kiln.Environment["KILN_DATA"] = _server.DataDirectory;

        Assert.Contains("hello-kiln", (await _kiln.RunAsync("get", "build", "--project", "yaml")).Expect(0).Output);
    }
}
