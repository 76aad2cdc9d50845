using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiln.Server.Audit;

/// <summary>One change, or one refused attempt.</summary>
/// <param name="Id">Grows.</param>
/// <param name="Time">Unix seconds.</param>
/// <param name="Actor">Name of the token; empty when there was none or a bad one.</param>
/// <param name="Remote">Address it came from.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Address with its query.</param>
/// <param name="ProjectKey">Project it was about; empty = the system.</param>
/// <param name="Status">HTTP status it was answered with.</param>
/// <param name="Outcome"><c>done</c>, or the sentence that it was refused with.</param>
public sealed record AuditRecord(
    long Id, long Time, string Actor, string Remote, string Method, string Path, string ProjectKey, int Status, string Outcome);

/// <summary>A page of the record, newest first.</summary>
public sealed record AuditList(long Total, IReadOnlyList<AuditRecord> Records);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditList))]
internal sealed partial class AuditJson : JsonSerializerContext;
