using System.Reflection;
using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Server.Http;

/// <summary>Success of a change: <c>{"message":"success"}</c> with the entity's new tag.</summary>
/// <param name="Tag">Tag of what is stored now; <c>null</c> after a deletion.</param>
public sealed record Changed(EntityTag? Tag) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    /// <summary>What was saved but will not work as hoped; named in the body when there is any.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What would have changed, after a dry run.</summary>
    public ChangePreview? Preview { get; init; }

    /// <summary>Says what it answers to whoever describes the endpoint.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ChangeAnswer), ["application/json"]));

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Tag is { } tag)
        {
            httpContext.Response.Headers.ETag = tag.ToString();
        }
        return httpContext.Response.WriteAsJsonAsync(
            ChangeAnswer.Success with { Warnings = Warnings.Count == 0 ? null : Warnings, Preview = Preview },
            BuildJson.Readable.ChangeAnswer,
            contentType: null,
            httpContext.RequestAborted);
    }
}
