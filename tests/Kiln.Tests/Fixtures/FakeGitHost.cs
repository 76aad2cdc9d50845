using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Fixtures;

/// <summary>Advertises the refs of one repository over smart HTTP to those who have its login.</summary>
public sealed class FakeGitHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeGitHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeGitHost> StartAsync(string repository, string username, string password)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
        app.MapGet("/{**path}", async context =>
        {
            if (context.Request.Headers.Authorization != login)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
                return;
            }
            context.Response.ContentType = "application/x-git-upload-pack-advertisement";
            await context.Response.WriteAsync("001e# service=git-upload-pack\n0000");
            using var git = Process.Start(new ProcessStartInfo(
                "git", ["upload-pack", "--stateless-rpc", "--advertise-refs", repository]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            await git.StandardOutput.BaseStream.CopyToAsync(context.Response.Body);
            await git.WaitForExitAsync();
        });
        await app.StartAsync();
        return new FakeGitHost(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
