using System.Text.Json.Nodes;
using Kiln.Server.Bodies;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions.Revisions;

/// <summary>Definitions that <see cref="RevisionEndpoints"/> shows the history of. Stateless; safe for concurrent use.</summary>
internal interface IRevised
{
    /// <summary>The definition that a request is about.</summary>
    /// <param name="request">The request; its address is that of the definition with <c>/revisions</c> behind.</param>
    /// <param name="violations">What is wrong with the address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<RevisedDefinition> FindAsync(HttpRequest request, Violations violations, CancellationToken cancellationToken);

    /// <summary>The body that a stored state is described by.</summary>
    /// <param name="projectKey">Project of the definition.</param>
    /// <param name="stored">The state.</param>
    /// <param name="show">What stands for a sealed secret.</param>
    JsonObject Spec(string projectKey, string stored, Func<string, string> show);

    /// <summary>Makes a stored state the newest one, checked as any change is; its secrets come with it.</summary>
    Task<IResult> RestoreAsync(HttpContext context, string stored, CancellationToken cancellationToken);
}

/// <summary>A definition, or that there is none.</summary>
/// <param name="Id">Id of its document.</param>
/// <param name="ProjectKey">Project.</param>
/// <param name="Missing">The answer when there is none; the rest means nothing then.</param>
internal sealed record RevisedDefinition(long Id, string ProjectKey, ApiError? Missing);
