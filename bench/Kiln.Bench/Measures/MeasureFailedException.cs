namespace Kiln.Bench.Measures;

/// <summary>A measure cannot give its figure; the message is the one sentence that says why.</summary>
public sealed class MeasureFailedException(string message, Exception? cause = null) : Exception(message, cause);
