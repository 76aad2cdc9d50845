using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Server.Http;

/// <summary>Success of a read that is asked for often; see <see cref="AnswerBody"/>.</summary>
/// <param name="Value">What is answered.</param>
/// <param name="Shape">Its JSON: of a context with snake_case names that generates writers.</param>
public sealed record ShapedAnswer<T>(T Value, JsonTypeInfo<T> Shape) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    // Of each type its own: compiled ahead of time, the framework finds none that is inherited.
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendAsync(httpContext, Value, Shape);
}

/// <summary>Success of a read whose body was written before; <typeparamref name="T"/> is its shape.</summary>
/// <param name="Body">JSON.</param>
/// <param name="Tag">Tag of what it shows.</param>
public sealed record WrittenAnswer<T>(ReadOnlyMemory<byte> Body, EntityTag Tag) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendAsync(httpContext, Body, Tag);
}
