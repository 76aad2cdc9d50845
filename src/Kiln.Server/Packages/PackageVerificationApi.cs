using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Packages;

/// <summary>The call that says which packages can be fetched from here.</summary>
public static class PackageVerificationApi
{
    public static IServiceCollection AddPackageVerification(this IServiceCollection services) => services
        .AddSingleton(static _ => new PackageVerification(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }))
        .AddJson(PackageChecksJson.Default);

    public static IEndpointRouteBuilder MapPackageVerification(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/openapi/system/packages/verify", VerifyAsync).NeedsAdmin()
            .Says("verifyPackages", "Packages", "Say which packages can be fetched from this server",
                new ApiParameter("name", "Package; absent = all."),
                new ApiParameter("version", "Version; absent = all of the package."),
                new ApiParameter("content", "Whether each file is read to its end and hashed, not only asked for.") { Words = ["true", "false"] });
        return routes;
    }

    private static async Task<Results<Ok<PackageChecks>, ApiError>> VerifyAsync(
        HttpRequest request, PackageStore store, PackageVerification verification, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var name = Queries.Single(request.Query, "name", violations);
        var version = Queries.Single(request.Query, "version", violations);
        var content = Queries.Single(request.Query, "content", violations);
        if (content is not ("" or "true" or "false"))
        {
            violations.Add("content", "Must be true (each file is read and hashed) or false.");
        }
        var all = (await store.AllAsync("", cancellationToken)).Select(stored => stored.Value).ToList();
        var wanted = all.Where(package => (name.Length == 0 || package.Name == name) && (version.Length == 0 || package.Version == version)).ToList();
        if (wanted.Count == 0 && name.Length + version.Length > 0)
        {
            violations.AddUnknown("name", "package", $"{name} {version}".Trim(), all.Select(NameOf));
        }
        return violations.Any
            ? ApiError.Invalid(violations.Errors)
            : TypedResults.Ok(await verification.CheckAsync(wanted, content == "true", cancellationToken));
    }

    private static string NameOf(Package package) => $"{package.Name} {package.Version}";
}
