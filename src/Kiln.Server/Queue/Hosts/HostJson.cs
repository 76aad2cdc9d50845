using System.Text.Json;
using System.Text.Json.Serialization;
using Kiln.Contracts.Protocol;

namespace Kiln.Server.Queue.Hosts;

/// <summary>JSON of hosts, stored and answered.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AgentInfo))]
[JsonSerializable(typeof(HostList))]
internal sealed partial class HostJson : JsonSerializerContext;

/// <summary>Answer of the hosts list.</summary>
public sealed record HostList(int Total, IReadOnlyList<HostView> Hosts);

/// <summary>A host as the API shows it.</summary>
/// <param name="Status"><c>online</c>, <c>paused</c>, <c>draining</c> or <c>unreachable</c>.</param>
/// <param name="Active">Runs it has now.</param>
/// <param name="LastSeen">Unix seconds.</param>
public sealed record HostView(
    string Id,
    string Name,
    string Status,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Shells,
    int Capacity,
    int Active,
    string Os,
    string Arch,
    string Version,
    long LastSeen);
