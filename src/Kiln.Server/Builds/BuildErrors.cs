using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Builds;

/// <summary>The document's error codes of the build calls, and which HTTP status goes with each.</summary>
internal static class BuildErrors
{
    public const int Create = 6520;
    public const int Update = 6521;
    public const int Get = 6523;
    public const int Delete = 6524;

    /// <summary>400 with the call's own code when nothing but names was wrong.</summary>
    public static ApiError Invalid(Violations violations, int code) =>
        ApiError.Invalid(violations.OnlyUnknownNames ? code : 400, violations.Errors);

    /// <summary>The answer to a change that was not made.</summary>
    /// <param name="change">How it ended.</param>
    /// <param name="code">Code of the call.</param>
    public static ApiError Of(BuildChange change, int code) => change switch
    {
        BuildChange.Invalid invalid => Invalid(invalid.Violations, code),
        BuildChange.NameTaken taken => ApiError.Conflict(
            Create, $"Project \"{taken.ProjectKey}\" has a build \"{taken.Name}\" already; choose another name, or update it with PUT."),
        BuildChange.Missing missing => ApiError.NotFound(code, missing.Sentence),
        BuildChange.Stale stale => ApiError.Stale(
            Update, $"The build \"{stale.Name}\" was changed since you read it; get its detail again and repeat your change on it."),
        _ => throw new InvalidOperationException($"{change.GetType().Name} is no error."),
    };
}
