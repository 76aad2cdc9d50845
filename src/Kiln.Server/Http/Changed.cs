using Kiln.Contracts.Builds;

namespace Kiln.Server.Http;

/// <summary>Success of a change: <c>{"message":"success"}</c> with the entity's new tag.</summary>
/// <param name="Tag">Tag of what is stored now; <c>null</c> after a deletion.</param>
public sealed record Changed(EntityTag? Tag) : IResult, IStatusCodeHttpResult
{
    /// <summary>What was saved but will not work as hoped; named in the body when there is any.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Tag is { } tag)
        {
            httpContext.Response.Headers.ETag = tag.ToString();
        }
        return httpContext.Response.WriteAsJsonAsync(
            Warnings.Count == 0 ? ChangeAnswer.Success : ChangeAnswer.Success with { Warnings = Warnings },
            BuildJson.Readable.ChangeAnswer,
            contentType: null,
            httpContext.RequestAborted);
    }
}
