using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions;

/// <summary>Marks a request that is only to be checked; nothing that it asks for is stored, so it is no change to record.</summary>
public sealed class DryRun
{
    private static readonly DryRun Mark = new();

    /// <summary>The query parameter that asks for it.</summary>
    public static ApiParameter Parameter { get; } =
        new("dry_run", "true: check everything, store nothing, and answer what would change.") { Type = "boolean" };

    private DryRun() { }

    /// <summary>Reads <c>dry_run</c>, and marks the request when it is <c>true</c>.</summary>
    public static bool IsAsked(HttpRequest request, Violations violations)
    {
        switch (Queries.Single(request.Query, "dry_run", violations))
        {
            case "" or "false":
                return false;
            case "true":
                request.HttpContext.Features.Set(Mark);
                return true;
            case var odd:
                violations.Add("dry_run", $"\"{Quoted.Short(odd)}\" is not known here; use true or false.");
                return false;
        }
    }
}
