using System.Globalization;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions;

/// <summary>A definition as it is stored. Times are Unix seconds.</summary>
/// <param name="Value">The definition; secrets in it are sealed.</param>
/// <param name="ProjectKey">Project; empty = the system's.</param>
/// <param name="Name">Its unique name.</param>
/// <param name="Id">Never used again.</param>
/// <param name="Revision">Grows by one with every change.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
public sealed record Stored<T>(
    T Value,
    string ProjectKey,
    string Name,
    long Id,
    int Revision,
    string CreatedBy,
    string UpdatedBy,
    long CreatedAt,
    long UpdatedAt)
{
    public EntityTag Tag => new(Id, Revision);

    /// <summary>The id as clients see it.</summary>
    public string IdText => Id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A definition about to be stored.</summary>
/// <param name="Name">Its unique name.</param>
/// <param name="Value">The definition, secrets sealed.</param>
public sealed record Draft<T>(string Name, T Value);

/// <summary>A page of a list.</summary>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Items">Those of this page.</param>
public sealed record Page<T>(long Total, IReadOnlyList<T> Items);
