using Kiln.Server.Http;

namespace Kiln.Server.Bodies;

/// <summary>Everything that is wrong with one request, in the order it was found.</summary>
public sealed class Violations
{
    // An answer is for people and their tools: a body of four megabytes of mistakes is not repeated back.
    private const int Most = 200;

    private readonly List<FieldError> _errors = [];
    private int _left;

    public bool Any => _errors.Count > 0;

    /// <summary>True when every violation is a name that was not found, and nothing else is wrong.</summary>
    public bool OnlyUnknownNames { get; private set; } = true;

    public IReadOnlyList<FieldError> Errors => _left == 0
        ? _errors
        : [.. _errors, new FieldError("", $"{_left} more violations are not listed.")];

    public void Add(string field, string message) => Add(field, message, about: null);

    /// <summary>Adds what another definition forbids.</summary>
    public void Add(string field, string message, FieldSubject? about)
    {
        OnlyUnknownNames = false;
        Keep(new FieldError(field, message, about));
    }

    /// <summary>Adds a name that was not found, with the nearest of <paramref name="known"/>.</summary>
    public void AddUnknown(string field, string what, string name, IEnumerable<string> known) =>
        AddUnknown(field, what, name, known, new FieldSubject(what, name));

    /// <summary>As above, for a name that another definition should have in it.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="what">What is not found.</param>
    /// <param name="name">The name.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="about">Where it would have to be.</param>
    public void AddUnknown(string field, string what, string name, IEnumerable<string> known, FieldSubject about) =>
        Keep(new FieldError(field, NearestNames.Sentence(what, name, known), about));

    private void Keep(FieldError error)
    {
        if (_errors.Count < Most)
        {
            _errors.Add(error);
        }
        else
        {
            _left++;
        }
    }
}
