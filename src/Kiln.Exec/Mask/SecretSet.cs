using Kiln.Contracts.Secrets;

namespace Kiln.Exec.Mask;

/// <summary>The secrets of a run, which only become more, and the automaton over all their forms.</summary>
internal sealed class SecretSet
{
    private readonly HashSet<string> _values = [];
    private readonly HashSet<string> _forms = [];

    /// <summary>Replaced as a whole when a secret is added.</summary>
    public FormAutomaton Automaton { get; private set; } = new([], Masker.AddMask);

    public void Add(IEnumerable<string> values)
    {
        var known = _forms.Count;
        foreach (var value in values)
        {
            if (SecretForms.IsMaskable(value) && _values.Add(value))
            {
                SecretForms.AddTo(_forms, value);
            }
        }

        if (_forms.Count > known)
        {
            Automaton = new FormAutomaton(_forms, Masker.AddMask);
        }
    }
}
