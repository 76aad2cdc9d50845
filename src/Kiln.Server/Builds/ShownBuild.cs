using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Server.Builds.Answers;
using Kiln.Server.Http;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds;

/// <summary>A build as callers may see it.</summary>
/// <param name="Content">What it says, credentials masked.</param>
/// <param name="Id">Never used again.</param>
/// <param name="Revision">Grows by one with every change.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="UpdatedAt">When, Unix seconds.</param>
public sealed record ShownBuild(ShownContent Content, long Id, int Revision, string UpdatedBy, long UpdatedAt)
{
    public BuildDefinition Definition => Content.Definition;

    public EntityTag Tag => new(Id, Revision);
}

/// <summary>What a stored build says, credentials masked.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Spec">The same as the body that POST and PUT take.</param>
public sealed record ShownContent(BuildDefinition Definition, JsonElement Spec)
{
    /// <summary>Masks a definition, its credentials sealed or in clear.</summary>
    public static ShownContent Of(BuildDefinition definition)
    {
        var masked = Credentials.Masked(definition);
        return new ShownContent(masked, BuildDetails.Spec(masked));
    }
}
