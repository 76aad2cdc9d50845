using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiln.Tests.Fixtures;

/// <summary>A download site with one file, which can break off, fail, and count what it was asked for.</summary>
internal sealed class FakePackageSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _content;

    private FakePackageSite(WebApplication app, byte[] content)
    {
        _app = app;
        _content = content;
    }

    /// <summary>The <c>Range</c> of every request, empty without one.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The next answer ends after so many bytes.</summary>
    public int? BreaksOffAfter { get; set; }

    /// <summary>Every answer has this status and nothing else.</summary>
    public int? Status { get; set; }

    public string Url => _app.Urls.First() + "/dist/tool-1.0.tar.gz";

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_content));

    public static async Task<FakePackageSite> StartAsync(byte[] content)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = new FakePackageSite(builder.Build(), content);
        site._app.Run(site.AnswerAsync);
        await site._app.StartAsync();
        return site;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var range = context.Request.Headers.Range.ToString();
        Requests.Enqueue(range);
        if (Status is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }
        var from = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..^1]);
        context.Response.StatusCode = from == 0 ? 200 : 206;
        context.Response.ContentLength = _content.Length - from;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = $"bytes {from}-{_content.Length - 1}/{_content.Length}";
        }
        if (BreaksOffAfter is { } bytes)
        {
            BreaksOffAfter = null;
            await context.Response.Body.WriteAsync(_content.AsMemory(from, bytes));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await context.Response.Body.WriteAsync(_content.AsMemory(from));
    }
}
