using Kiln.Server.Bodies;

namespace Kiln.Tests.Server.Document.Bodies;

/// <summary>Runs a reader through its forks: each option alone, and each pair of options that belong to the same object.</summary>
internal static class BodyTraces
{
    public static IReadOnlyList<BodyTrace> Of(Action<BodyObject> read)
    {
        var done = new Dictionary<string, BodyTrace>();
        var first = Run(new Dictionary<string, int>());
        foreach (var one in Options(first))
        {
            var trace = Run(With([], one));
            foreach (var two in Options(trace).Where(two => two.Fork != one.Fork
                && (Owner(two.Fork) == Owner(one.Fork) || !first.Forks.ContainsKey(two.Fork))))
            {
                var pair = Run(With(With([], one), two));
                foreach (var three in Options(pair).Where(three => !trace.Forks.ContainsKey(three.Fork)))
                {
                    Run(With(With(With([], one), two), three));
                }
            }
        }
        return [.. done.Values];

        BodyTrace Run(IReadOnlyDictionary<string, int> chosen)
        {
            var key = string.Join(';', chosen.OrderBy(choice => choice.Key, StringComparer.Ordinal).Select(choice => $"{choice.Key}={choice.Value}"));
            if (!done.TryGetValue(key, out var trace))
            {
                done[key] = trace = new BodyTrace(chosen);
                read(new TracedBody(trace, "", new Violations()));
            }
            return trace;
        }
    }

    private static List<(string Fork, int Option)> Options(BodyTrace trace) =>
        [.. trace.Forks.SelectMany(fork => Enumerable.Range(1, fork.Value.Count - 1).Select(option => (fork.Key, option)))];

    private static Dictionary<string, int> With(Dictionary<string, int> chosen, (string Fork, int Option) choice) =>
        new(chosen) { [choice.Fork] = choice.Option };

    private static string Owner(string fork) => fork.LastIndexOf('.') is var dot and >= 0 ? fork[..dot] : "";
}
