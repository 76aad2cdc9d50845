namespace Kiln.Server.Http;

/// <summary>
/// What the API document says of an endpoint beside its address, its types and its access rule. The document is made from
/// these, see docs/adr/0506; a test refuses an endpoint that says nothing.
/// </summary>
public static class Described
{
    private const string Json = "application/json";

    /// <summary>Describes a call.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="id">Its name in clients, unique: a verb and a noun in camel case.</param>
    /// <param name="tag">The chapter it belongs to.</param>
    /// <param name="summary">What it does, without a full stop.</param>
    /// <param name="parameters">Query parameters and headers, but <c>projectKey</c>, which the access rule tells.</param>
    public static TBuilder Says<TBuilder>(
        this TBuilder builder, string id, string tag, string summary, params ReadOnlySpan<ApiParameter> parameters)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithName(id).WithTags(tag).WithSummary(summary).WithMetadata([.. parameters]);

    /// <summary>Names the shape of a success that the handler's type does not tell.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder builder, Type shape)
        where TBuilder : IEndpointConventionBuilder => builder.Answers(shape, Json);

    /// <summary>As above, in another media type.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder builder, Type shape, string mediaType)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, shape, [mediaType]));
}
