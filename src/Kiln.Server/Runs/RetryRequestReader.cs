using System.Text.Json;
using Kiln.Contracts.Runs;
using Kiln.Server.Bodies;

namespace Kiln.Server.Runs;

/// <summary>Reads the body that asks for another attempt.</summary>
public static class RetryRequestReader
{
    /// <summary>The request; meaningless when something was added to <paramref name="violations"/>.</summary>
    public static RetryRequest Read(JsonElement json, Violations violations) =>
        BodyObject.Root(json, violations) is { } body ? Read(body) : new RetryRequest();

    /// <summary>As above; what is wrong goes to the body's violations.</summary>
    public static RetryRequest Read(BodyObject body) => new()
    {
        From = body.Word("from", Presence.Optional, RetryFrom.Beginning, RetryFrom.Beginning, RetryFrom.FailedStep),
    };
}
