using Kiln.Server.Bodies;

namespace Kiln.Tests.Server.Document.Bodies;

/// <summary>What a reader takes: the fields of an object.</summary>
internal sealed record BodyShape(IReadOnlyList<BodyField> Fields)
{
    /// <summary>What <paramref name="read"/> takes.</summary>
    public static BodyShape Of(Action<BodyObject> read)
    {
        var traces = BodyTraces.Of(read);
        var fields = new Dictionary<string, TracedField>();
        foreach (var (path, field) in traces.SelectMany(trace => trace.Fields))
        {
            // A word says more than a text that is read again.
            if (!fields.TryGetValue(path, out var known) || (known.Kind == "text" && field.Kind == "word"))
            {
                fields[path] = field;
            }
            else
            {
                fields[path] = known with { IsFilled = known.IsFilled || field.IsFilled };
            }
        }
        return Under("", traces, fields);
    }

    private static BodyShape Under(string owner, IReadOnlyList<BodyTrace> traces, Dictionary<string, TracedField> all)
    {
        var fields = new List<BodyField>();
        foreach (var (path, field) in all)
        {
            if (Split(path) is var (parent, name) && parent == owner)
            {
                var inner = field.Kind == "objects" ? $"{path}[]" : path;
                fields.Add(new BodyField(
                    name, field, Need.Of(path, [.. traces.Where(trace => trace.Objects.Contains(owner))]),
                    field.Kind.StartsWith("object", StringComparison.Ordinal) ? Under(inner, traces, all) : null));
            }
        }
        return new BodyShape(fields);
    }

    private static (string Parent, string Name) Split(string path) =>
        path.LastIndexOf('.') is var dot and >= 0 ? (path[..dot], path[(dot + 1)..]) : ("", path);
}

/// <summary>A field that a reader takes.</summary>
internal sealed record BodyField(string Name, TracedField Traced, Need Need, BodyShape? Inner);

/// <summary>Whether a field must be there.</summary>
/// <param name="IsAlways">It must.</param>
/// <param name="When">When it must, as a sentence; empty = never, or always.</param>
internal sealed record Need(bool IsAlways, string When)
{
    public static Need Of(string path, IReadOnlyList<BodyTrace> traces)
    {
        var needed = traces.Where(trace => trace.Needed.Contains(path)).ToList();
        var free = traces.Where(trace => !trace.Needed.Contains(path) && (trace.Free.Contains(path) || !trace.Fields.ContainsKey(path))).ToList();
        if (needed.Count == 0 || free.Count == 0)
        {
            return new Need(needed.Count > 0, "");
        }
        foreach (var fork in needed[0].Forks.Keys.Where(fork => fork != path + "?"))
        {
            var options = needed.Select(trace => trace.At(fork)).ToHashSet();
            if (!options.Contains(null) && !free.Exists(trace => options.Contains(trace.At(fork))))
            {
                return new Need(false, Sentence(fork, [.. options.Order(StringComparer.Ordinal)!]));
            }
        }
        return new Need(false, "");
    }

    private static string Sentence(string fork, string[] options)
    {
        var name = fork[(fork.LastIndexOf('.') + 1)..].TrimEnd('?');
        return fork.EndsWith('?')
            ? $"Required when `{name}` is {options[0]}."
            : $"Required when `{name}` is {string.Join(" or ", options.Select(option => $"`{option}`"))}.";
    }
}
