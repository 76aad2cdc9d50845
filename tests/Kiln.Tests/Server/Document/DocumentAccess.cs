using Kiln.Server.Identity;

namespace Kiln.Tests.Server.Document;

/// <summary>Who may make a call, in a sentence.</summary>
internal static class DocumentAccess
{
    public static string Sentence(AccessRule? rule) => rule switch
    {
        AccessRule.Open => "Needs no token.",
        AccessRule.Agent => "Needs the token of an agent.",
        AccessRule.InProject { Project: ProjectOf.System, Verb: Verb.Read } => "Needs a role in any project.",
        AccessRule.InProject { Project: ProjectOf.System } or null => "Needs the role `admin`.",
        AccessRule.InProject { Project: ProjectOf.Run } one => $"Needs the role `{one.Verb.Needs().Word()}` in the project of the run.",
        AccessRule.InProject { Project: ProjectOf.QueryOrSystem or ProjectOf.BodyOrSystem } one =>
            $"Needs the role `{one.Verb.Needs().Word()}` in the project; for what is the system's "
            + (one.Verb == Verb.Read ? "a role in any project." : "`admin`."),
        AccessRule.InProject one => $"Needs the role `{one.Verb.Needs().Word()}` in the project.",
        _ => throw new InvalidOperationException("A kind of rule is missing here."),
    };
}
