using System.Text.Json.Serialization;
using Kiln.Contracts.Protocol;

namespace Kiln.Runner.Workspaces;

/// <summary>Whose a run directory is, as noted in it.</summary>
/// <param name="RunId">As <see cref="LeaseKey.RunId"/>.</param>
/// <param name="Attempt">As <see cref="LeaseKey.Attempt"/>.</param>
/// <param name="Fence">As <see cref="LeaseKey.Fence"/>.</param>
/// <param name="Boot"><see cref="MachineBoot.Id"/> when it was made; empty when an earlier version made it.</param>
public sealed record LeaseNote(long RunId, int Attempt, long Fence, string Boot = "")
{
    /// <summary>The lease.</summary>
    [JsonIgnore]
    public LeaseKey Key => new(RunId, Attempt, Fence);

    /// <summary>The machine was started anew since: what else is in the directory may be only a part of what was.</summary>
    [JsonIgnore]
    public bool IsOfEarlierBoot => MachineBoot.IsEarlier(Boot);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LeaseNote))]
internal sealed partial class LeaseNoteJson : JsonSerializerContext;
