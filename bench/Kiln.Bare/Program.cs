using System.Diagnostics;
using System.Globalization;
using Kiln.Bare;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Add(BareJson.Default));
await using var app = builder.Build();
var answer = new BareAnswer(new string('x', int.Parse(args[0], CultureInfo.InvariantCulture)));
app.MapGet("/bare", () => TypedResults.Ok(answer));
// A build without queue, lease, log and promise: the line that a shell says, as soon as it says it.
app.MapPost("/line", async (CancellationToken cancellationToken) =>
{
    using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", "echo $EPOCHREALTIME"])
    {
        RedirectStandardOutput = true, UseShellExecute = false,
    })!;
    var line = await shell.StandardOutput.ReadLineAsync(cancellationToken);
    await shell.WaitForExitAsync(cancellationToken);
    return TypedResults.Ok(new BareAnswer(line ?? ""));
});
await app.StartAsync();
await Console.Out.WriteLineAsync(app.Urls.Single());
await app.WaitForShutdownAsync();
