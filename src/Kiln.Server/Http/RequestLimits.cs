using Microsoft.AspNetCore.Http.Metadata;

namespace Kiln.Server.Http;

/// <summary>How large a request may be.</summary>
public static class RequestLimits
{
    /// <summary>Bytes of a body, unless the endpoint says otherwise.</summary>
    public const long BodyBytes = 4 * 1024 * 1024;

    /// <summary>Lets an endpoint take larger bodies (<c>null</c> = any size: the handler streams).</summary>
    public static TBuilder AcceptsBody<TBuilder>(this TBuilder builder, long? bytes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new BodyLimit(bytes));

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
