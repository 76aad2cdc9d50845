using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiln.Server.Audit;

/// <summary>The call that reads the record.</summary>
internal static class AuditApi
{
    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services.AddSingleton<AuditStore>().AddJson(AuditJson.Default);

    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/system/audit", ListAsync).NeedsAdmin()
            .Says("listAuditRecords", "Audit", "List changes and refused attempts, newest first", AuditQuery.Parameters);
        return routes;
    }

    private static async Task<Results<Ok<AuditList>, ApiError>> ListAsync(
        HttpRequest request, AuditStore store, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var query = AuditQuery.Read(request.Query, violations);
        return violations.Any
            ? ApiError.Invalid(violations.Errors)
            : TypedResults.Ok(await store.ListAsync(query, cancellationToken));
    }
}
