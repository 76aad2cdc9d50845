using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.BuildImages;

/// <summary>Calls for build images.</summary>
public static class BuildImageApi
{
    public static IServiceCollection AddBuildImages(this IServiceCollection services) => services.AddSingleton<BuildImageStore>();

    public static IEndpointRouteBuilder MapBuildImages(this IEndpointRouteBuilder routes)
    {
        var images = routes.MapGroup("/openapi/system/build-images");
        images.MapPost("", Create).Needs(Role.Admin);
        images.MapGet("", List);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, BuildImageStore store, Caller caller, CancellationToken cancellationToken) =>
        (await DefinitionCalls.CreateAsync(request, store, "build image", caller, Read, cancellationToken)).Answer;

    private static async Task<Results<Ok<BuildImageList>, ApiError>> List(
        HttpRequest request, BuildImageStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new BuildImageList(page.Total, [.. page.Items.Select(stored => new BuildImageView(
            stored.IdText, stored.Value.Value, stored.Name, stored.Value.ImageFrom,
            stored.CreatedAt, stored.UpdatedAt, stored.UpdatedBy))]));
    }

    private static Draft<BuildImage> Read(BodyObject body)
    {
        var label = NameRules.Read(body, "label");
        var value = body.Text("value", Presence.Filled).Trim();
        if (value.Any(char.IsWhiteSpace))
        {
            body.Refuse("value", "Must be an image reference without spaces, for example registry.example.com/tools/ubuntu:22.04.");
        }
        return new("", label, new BuildImage { Label = label, Value = value, ImageFrom = "custom" });
    }
}
