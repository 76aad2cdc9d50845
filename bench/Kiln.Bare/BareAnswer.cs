using System.Text.Json.Serialization;

namespace Kiln.Bare;

/// <summary>The one answer of the framework's smallest JSON endpoints.</summary>
/// <param name="Text">About as long as the answer it is compared with, or what a shell said.</param>
internal sealed record BareAnswer(string Text);

[JsonSerializable(typeof(BareAnswer))]
internal sealed partial class BareJson : JsonSerializerContext;
