using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiln.Bench.Measures;

/// <summary><c>bare</c>: the framework's smallest JSON endpoint, in a process of its own, to compare API calls with.</summary>
internal static class BareCommand
{
    public static Command Create()
    {
        var size = new Option<int>("--size") { Description = "Bytes of the answer, about.", DefaultValueFactory = _ => 1000 };
        var command = new Command("bare", "Serves one JSON answer; says its address.") { size };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            await using var app = builder.Build();
            var value = new Dictionary<string, string> { ["text"] = new('x', parsed.GetValue(size)) };
            app.MapGet("/bare", () => TypedResults.Ok(value));
            await app.StartAsync(cancellationToken);
            await Console.Out.WriteLineAsync(app.Urls.Single());
            await app.WaitForShutdownAsync(cancellationToken);
        });
        return command;
    }
}
