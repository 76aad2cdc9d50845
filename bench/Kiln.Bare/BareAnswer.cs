using System.Text.Json.Serialization;

namespace Kiln.Bare;

/// <summary>The one answer of the framework's smallest JSON endpoint, which API calls are compared with.</summary>
/// <param name="Text">About as long as the answer it is compared with.</param>
internal sealed record BareAnswer(string Text);

[JsonSerializable(typeof(BareAnswer))]
internal sealed partial class BareJson : JsonSerializerContext;
