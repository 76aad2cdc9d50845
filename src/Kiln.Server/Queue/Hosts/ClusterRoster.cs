using System.Collections.Concurrent;

namespace Kiln.Server.Queue.Hosts;

/// <summary>The clusters that take runs, and how each of them stands, as far as this server knows.</summary>
public sealed class ClusterRoster
{
    private readonly ConcurrentDictionary<string, ClusterPresence> _present = new(StringComparer.Ordinal);

    /// <summary>A cluster by name; <c>null</c> = not seen yet, or gone.</summary>
    public ClusterPresence? Find(string name) => _present.GetValueOrDefault(name);

    /// <summary>Notes how a cluster stands now.</summary>
    public void Note(ClusterPresence presence) => _present[presence.Name] = presence;

    /// <summary>Forgets every cluster but these.</summary>
    public void Keep(IReadOnlyCollection<string> names)
    {
        foreach (var name in _present.Keys.Where(known => !names.Contains(known)))
        {
            _present.TryRemove(name, out _);
        }
    }
}

/// <summary>A cluster now.</summary>
/// <param name="Name">Name.</param>
/// <param name="Standing">Whether it takes runs.</param>
/// <param name="Message">Why not, as a sentence; empty when it does.</param>
public sealed record ClusterPresence(string Name, ClusterStanding Standing, string Message = "");

/// <summary>Whether a cluster takes runs.</summary>
public enum ClusterStanding
{
    /// <summary>It does.</summary>
    Ready,

    /// <summary>Its API server does not answer; it is asked again.</summary>
    Unreachable,

    /// <summary>A person has to do something about it.</summary>
    Unusable,
}
