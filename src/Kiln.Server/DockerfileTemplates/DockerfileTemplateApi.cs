using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.DockerfileTemplates;

/// <summary>Calls for Dockerfile templates.</summary>
public static class DockerfileTemplateApi
{
    private const string What = "Dockerfile template";

    public static IServiceCollection AddDockerfileTemplates(this IServiceCollection services) =>
        services.AddSingleton<DockerfileTemplateStore>();

    public static IEndpointRouteBuilder MapDockerfileTemplates(this IEndpointRouteBuilder routes)
    {
        var templates = routes.MapGroup("/openapi/templates/dockerfiles");
        templates.MapPost("", Create).Needs(Role.Admin);
        templates.MapGet("", List);
        templates.MapGet("/{name}", Get);
        templates.MapPut("/{name}", Replace).Needs(Role.Admin);
        return routes;
    }

    private static async Task<Results<Changed, ApiError>> Create(
        HttpRequest request, DockerfileTemplateStore store, Caller caller, CancellationToken cancellationToken) =>
        (await DefinitionCalls.CreateAsync(request, store, What, caller, Read, cancellationToken)).Answer;

    private static async Task<Results<Ok<DockerfileTemplateList>, ApiError>> List(
        HttpRequest request, DockerfileTemplateStore store, CancellationToken cancellationToken)
    {
        var (paging, error) = DefinitionCalls.Page(request);
        if (paging is null)
        {
            return error!;
        }
        var page = await store.PageAsync("", paging, request.Query["search"].ToString(), cancellationToken);
        return TypedResults.Ok(new DockerfileTemplateList(
            page.Total, [.. page.Items.Select(stored => new DockerfileTemplateItem(stored.IdText, stored.Name))]));
    }

    private static async Task<Results<Ok<DockerfileTemplateDetail>, ApiError>> Get(
        string name, HttpResponse response, DockerfileTemplateStore store, CancellationToken cancellationToken)
    {
        if (await store.GetAsync("", name, cancellationToken) is not { } stored)
        {
            return DefinitionCalls.Missing(What, name, await store.AllAsync("", cancellationToken));
        }
        response.Headers.ETag = stored.Tag.ToString();
        return TypedResults.Ok(new DockerfileTemplateDetail(
            stored.IdText, stored.Name, stored.Value.Content, DockerfileText.Arguments(stored.Value.Content)));
    }

    private static async Task<Results<Changed, ApiError>> Replace(
        string name, HttpRequest request, DockerfileTemplateStore store, Caller caller, CancellationToken cancellationToken)
    {
        var current = await store.GetAsync("", name, cancellationToken);
        var missing = DefinitionCalls.Missing(What, name, await store.AllAsync("", cancellationToken));
        return (await DefinitionCalls.ReplaceAsync(
            request, store, current, missing, caller, (body, old) => old with { Content = Content(body) }, cancellationToken)).Answer;
    }

    private static Draft<DockerfileTemplate> Read(BodyObject body)
    {
        var name = NameRules.Read(body, "name");
        return new("", name, new DockerfileTemplate(name, Content(body)));
    }

    private static string Content(BodyObject body)
    {
        var content = body.Text("content", Presence.Filled);
        if (content.Length > 0 && !DockerfileText.HasStage(content))
        {
            body.Refuse("content", "Is no Dockerfile: it has no FROM line.");
        }
        return content;
    }
}
