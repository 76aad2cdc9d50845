using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Server.Http;

/// <summary>Success of a read that is asked for often, see <see cref="AnswerBody"/>; <typeparamref name="T"/> is the shape of its JSON.</summary>
public abstract record ReadAnswer<T> : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public abstract Task ExecuteAsync(HttpContext httpContext);
}

/// <summary>One whose body is written when it is sent.</summary>
/// <param name="Value">What is answered.</param>
/// <param name="Shape">Its JSON: of a context with snake_case names that generates writers.</param>
public sealed record ShapedAnswer<T>(T Value, JsonTypeInfo<T> Shape) : ReadAnswer<T>
{
    public override Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendAsync(httpContext, Value, Shape);
}

/// <summary>One whose body was written before.</summary>
/// <param name="Body">JSON.</param>
/// <param name="Tag">Tag of what it shows.</param>
public sealed record WrittenAnswer<T>(ReadOnlyMemory<byte> Body, EntityTag Tag) : ReadAnswer<T>
{
    public override Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendAsync(httpContext, Body, Tag);
}
