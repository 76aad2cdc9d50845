using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Kiln.Server.Http;

/// <summary>JSON of the shapes that belong to HTTP itself, and the one place where slices register theirs.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
public sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>This context, writing Chinese and quotes as themselves: answers are never embedded in HTML.</summary>
    public static HttpJson Relaxed { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>Registers JSON shapes for typed results.</summary>
public static class HttpJsonRegistration
{
    /// <summary>Lets <c>TypedResults.Ok(x)</c> and its like write the types of <paramref name="shapes"/>.</summary>
    public static IServiceCollection AddJson(this IServiceCollection services, IJsonTypeInfoResolver shapes) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Add(shapes));

    internal static IServiceCollection AddHttpJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.DictionaryKeyPolicy = null;
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.SerializerOptions.TypeInfoResolverChain.Clear();
            options.SerializerOptions.TypeInfoResolverChain.Add(HttpJson.Default);
        });
}
