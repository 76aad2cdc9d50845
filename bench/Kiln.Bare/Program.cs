using System.Globalization;
using Kiln.Bare;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Add(BareJson.Default));
await using var app = builder.Build();
var answer = new BareAnswer(new string('x', int.Parse(args[0], CultureInfo.InvariantCulture)));
app.MapGet("/bare", () => TypedResults.Ok(answer));
await app.StartAsync();
await Console.Out.WriteLineAsync(app.Urls.Single());
await app.WaitForShutdownAsync();
