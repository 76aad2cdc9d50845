using Kiln.Server.Kubernetes.Objects;

namespace Kiln.Server.Kubernetes.Connections;

/// <summary>What came of a call to an API server. A closed family.</summary>
internal abstract record KubernetesCall<T>
{
    private KubernetesCall() { }

    public sealed record Done(T Value) : KubernetesCall<T>;

    /// <summary>The server understood and says no.</summary>
    public sealed record Refused(ApiStatus Status) : KubernetesCall<T>;

    /// <summary>Nobody answered sensibly: try again.</summary>
    /// <param name="Message">Why, for people.</param>
    /// <param name="Error">What HTTP makes of it; <c>null</c> = it went further than that.</param>
    public sealed record Unreachable(string Message, HttpRequestError? Error = null) : KubernetesCall<T>;
}
