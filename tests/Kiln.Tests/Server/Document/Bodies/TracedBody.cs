using Kiln.Server.Bodies;

namespace Kiln.Tests.Server.Document.Bodies;

/// <summary>A body that is not there, and notes what its reader asks for.</summary>
internal sealed class TracedBody(BodyTrace trace, string path, Violations violations) : BodyObject(default, path, violations)
{
    private const string Sample = "sample";

    public override bool Has(string name) => trace.Has(At(name));

    public override bool HasList(string name) => trace.Has(At(name));

    public override void Refuse(string name, string message)
    {
        if (message.StartsWith("Is required", StringComparison.Ordinal))
        {
            trace.Needed.Add(At(name));
        }
        base.Refuse(name, message);
    }

    public override string Text(string name, Presence presence, string fallback) =>
        trace.Read(At(name), presence, new("text") { IsFilled = presence == Presence.Filled, Fallback = fallback.Length > 0 ? fallback : null })
            ? Sample
            : fallback;

    public override string Word(string name, Presence presence, string fallback, params ReadOnlySpan<string> allowed)
    {
        var words = allowed.ToArray();
        var field = new TracedField("word") { Words = words, Fallback = fallback.Length > 0 ? fallback : null };
        return trace.Read(At(name), presence, field) ? trace.Choose(At(name), words) : fallback;
    }

    public override string Scalar(string name, Presence presence)
    {
        trace.Read(At(name), presence, new("scalar"));
        return Sample;
    }

    public override bool Flag(string name, bool fallback)
    {
        trace.Fields.TryAdd(At(name), new("flag") { Fallback = fallback });
        trace.Free.Add(At(name));
        return trace.Choose(At(name), fallback ? ["true", "false"] : ["false", "true"]) == "true";
    }

    public override int Number(string name, int fallback, int least, int most) => (int)LongNumber(name, fallback, least, most);

    public override long LongNumber(string name, long fallback, long least, long most)
    {
        trace.Read(At(name), Presence.Optional, new("number") { Least = least, Most = most, Fallback = fallback >= least ? fallback : null });
        return fallback;
    }

    public override IReadOnlyList<string> Texts(string name, Presence presence) =>
        trace.Read(At(name), presence, new("texts") { IsFilled = presence == Presence.Filled }) ? [Sample] : [];

    public override IReadOnlyList<int> Numbers(string name, int least, int most) =>
        trace.Read(At(name), Presence.Optional, new("numbers") { Least = least, Most = most }) ? [least] : [];

    public override IReadOnlyList<T> Objects<T>(string name, Presence presence, Func<BodyObject, T> read)
    {
        if (!trace.Read(At(name), presence, new("objects") { IsFilled = presence == Presence.Filled }))
        {
            return [];
        }
        trace.Objects.Add($"{At(name)}[]");
        return [read(new TracedBody(trace, $"{At(name)}[]", Violations))];
    }

    public override BodyObject? Child(string name) => Child(name, "object");

    public override BodyObject? ChildOrListOfOne(string name) => Child(name, "object or list of one");

    private TracedBody? Child(string name, string kind)
    {
        if (!trace.Read(At(name), Presence.Optional, new(kind)))
        {
            return null;
        }
        trace.Objects.Add(At(name));
        return new TracedBody(trace, At(name), Violations);
    }
}
