namespace Kiln.Server.Http;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Path in the body (<c>repo_info[0].branch</c>), or the name of a query parameter or header.</param>
/// <param name="Message">One sentence: what is wrong and what to do.</param>
public sealed record FieldError(string Field, string Message);
