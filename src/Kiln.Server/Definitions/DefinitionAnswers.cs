using System.Text.Json.Nodes;
using Kiln.Server.Http;

namespace Kiln.Server.Definitions;

/// <summary>Answers about definitions of one kind. Secrets are masked in all of them.</summary>
public sealed class DefinitionAnswers<T>(CatalogueKind<T> kind)
    where T : class
{
    private readonly CatalogueAddress _words = kind.Address;

    /// <summary>One in a list: its body and what Kiln knows of it.</summary>
    public JsonObject Item(Stored<T> stored)
    {
        var item = new JsonObject { [_words.IdField] = stored.IdText };
        foreach (var (name, value) in Spec(stored))
        {
            item[name] = value?.DeepClone();
        }
        kind.Complete(item, stored);
        item["created_by"] = stored.CreatedBy;
        item["create_time"] = stored.CreatedAt;
        item["update_by"] = stored.UpdatedBy;
        item["update_time"] = stored.UpdatedAt;
        item["revision"] = stored.Revision;
        return item;
    }

    /// <summary>One by itself: with <c>spec</c>, the body that a <c>PUT</c> takes.</summary>
    public JsonAnswer Detail(Stored<T> stored)
    {
        var detail = Item(stored);
        detail["spec"] = Spec(stored);
        return new JsonAnswer(detail, stored.Tag);
    }

    /// <summary>A page.</summary>
    public JsonAnswer List(Page<Stored<T>> page)
    {
        var items = new JsonArray([.. page.Items.Select(Item)]);
        return new JsonAnswer(
            _words.Items.Length == 0 ? items : new JsonObject { ["total"] = page.Total, [_words.Items] = items }, Tag: null);
    }

    /// <summary>The body of what is stored.</summary>
    public JsonObject Spec(Stored<T> stored) => Spec(stored.ProjectKey, stored.Value, static _ => SecretField.Mask);

    /// <summary>The body of a value, secrets as <paramref name="show"/> shows them.</summary>
    public JsonObject Spec(string projectKey, T value, Func<string, string> show)
    {
        var body = kind.Body(kind.MapSecrets(value, show));
        if (_words.Scope != ProjectScope.System)
        {
            body.Insert(0, "project_key", projectKey);
        }
        return body;
    }

    /// <summary>The answer to a change.</summary>
    public IResult Change(DefinitionChange<T> change) => change switch
    {
        DefinitionChange<T>.Created created => kind.Created(created.Draft, created.Stored) is { } answer
            ? new JsonAnswer(answer, created.Stored.Tag)
            : Changed(created.Stored),
        DefinitionChange<T>.Replaced replaced => Changed(replaced.Stored),
        DefinitionChange<T>.Deleted => new Changed(Tag: null),
        DefinitionChange<T>.Invalid invalid => ApiError.Invalid(invalid.Violations.Errors),
        DefinitionChange<T>.NameTaken taken => ApiError.Conflict(
            409, $"There is a {_words.What} \"{taken.Name}\" already; choose another name, or update it with PUT."),
        DefinitionChange<T>.Missing missing => ApiError.NotFound(404, missing.Sentence),
        DefinitionChange<T>.Stale stale => ApiError.Stale(
            412, $"The {_words.What} \"{stale.Name}\" was changed since you read it; read it again and repeat your change on it."),
        DefinitionChange<T>.InUse inUse => ApiError.Conflict(
            409, $"The {_words.What} \"{inUse.Name}\" is in use by {inUse.Users.Sentence()}; change or delete them first."),
        DefinitionChange<T>.Permanent permanent => ApiError.Conflict(409, permanent.Sentence),
        _ => throw new InvalidOperationException("An outcome of a change is missing here."),
    };

    private Changed Changed(Stored<T> stored) => new(stored.Tag) { Warnings = kind.Warnings(stored.Value) };
}
