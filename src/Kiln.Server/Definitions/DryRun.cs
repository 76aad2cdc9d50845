using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions;

/// <summary>Marks a request that is only to be checked; nothing that it asks for is stored, so it is no change to record.</summary>
public sealed class DryRun
{
    private static readonly DryRun Mark = new();

    private DryRun() { }

    /// <summary>The query parameter.</summary>
    public static ApiParameter Parameter { get; } =
        new("dry_run", "true: check everything and store nothing; preview in the answer says what would change.")
        {
            Words = ["true", "false"],
        };

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
