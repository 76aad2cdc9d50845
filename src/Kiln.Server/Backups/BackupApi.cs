using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Backups;

/// <summary>The call that makes a backup.</summary>
public static class BackupApi
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services.AddSingleton<Backup>();

    // POST, for it is recorded who took everything with him.
    public static void MapBackups(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/openapi/system/backup", WriteAsync).NeedsAdmin()
            .Says("backUp", "Server", "Write everything that the server keeps as one tar archive",
                new ApiParameter("keys", "true: the master key and the admin token, too.") { Type = "boolean" })
            .Answers(typeof(Stream), "application/x-tar");

    private static async Task<IResult> WriteAsync(
        bool? keys, HttpContext context, Backup backup, TimeProvider time, CancellationToken cancellationToken)
    {
        using var turn = backup.TryBegin();
        if (turn is null)
        {
            return ApiError.Conflict(409, "A backup is under way; one is made at a time.");
        }
        var now = time.GetUtcNow();
        context.Response.ContentType = "application/x-tar";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"kiln-{now:yyyyMMdd-HHmmss}.tar\"";
        context.Response.Headers.CacheControl = "no-store";
        await backup.WriteAsync(context.Response.BodyWriter.AsStream(leaveOpen: true), keys == true, now, cancellationToken);
        return Results.Empty;
    }
}
