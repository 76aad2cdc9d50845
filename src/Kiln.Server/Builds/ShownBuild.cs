using Kiln.Contracts.Builds;
using Kiln.Server.Http;

namespace Kiln.Server.Builds;

/// <summary>A build as callers may see it.</summary>
/// <param name="Definition">What it says, credentials masked.</param>
/// <param name="Id">Never used again.</param>
/// <param name="Revision">Grows by one with every change.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="UpdatedAt">When, Unix seconds.</param>
public sealed record ShownBuild(BuildDefinition Definition, long Id, int Revision, string UpdatedBy, long UpdatedAt)
{
    public EntityTag Tag => new(Id, Revision);
}
