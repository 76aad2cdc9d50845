using System.Text;

namespace Kiln.Exec.Mask;

/// <summary>
/// Aho-Corasick over all forms. A state is the longest end of the text that begins some form; beside it stands what
/// the masker asks: how long the longest form is that ends here, and how much of the end may still become one.
/// Nodes are rows of flat arrays (children as a linked list: most have one), about 20 bytes each.
/// </summary>
internal sealed class FormAutomaton
{
    public const int Root = 0;

    private readonly int[] _rootNext = new int[256];
    private readonly PrefixSieve _prefixes = new();
    private byte[] _label = new byte[256];
    private int[] _child = new int[256];
    private int[] _sibling = new int[256];
    private int[] _fail = new int[256];
    private int[] _match = new int[256];
    private int[] _hold = new int[256];
    private int _count = 1;

    /// <param name="forms">What to find, each at least two bytes in UTF-8.</param>
    /// <param name="marker">A public word to find too: it is never held back.</param>
    public FormAutomaton(IEnumerable<string> forms, ReadOnlySpan<byte> marker)
    {
        foreach (var form in forms)
        {
            var bytes = Encoding.UTF8.GetBytes(form);
            var node = Insert(bytes, isHeld: true);
            _match[node] = bytes.Length;
        }

        Marker = Insert(marker, isHeld: false);
        Link();
    }

    /// <summary>State at the end of the marker.</summary>
    public int Marker { get; }

    /// <summary>How many bytes at the front of the text leave the automaton at its root: nearly every byte of a log does.</summary>
    public int Skip(ReadOnlySpan<byte> text) => _prefixes.Skip(text);

    public int Next(int state, byte b)
    {
        while (state != Root)
        {
            var child = Child(state, b);
            if (child != 0)
            {
                return child;
            }

            state = _fail[state];
        }

        return _rootNext[b];
    }

    /// <summary>Length of the longest form that ends at this state; 0 when none does.</summary>
    public int MatchLength(int state) => _match[state];

    /// <summary>How many bytes at the end of the text are a proper prefix of some form.</summary>
    public int HoldLength(int state) => _hold[state];

    private int Child(int node, byte b)
    {
        for (var child = _child[node]; child != 0; child = _sibling[child])
        {
            if (_label[child] == b)
            {
                return child;
            }
        }

        return 0;
    }

    private int Insert(ReadOnlySpan<byte> form, bool isHeld)
    {
        _prefixes.Add(form[0], form[1]);
        var node = Root;
        for (var depth = 0; depth < form.Length; depth++)
        {
            if (isHeld)
            {
                _hold[node] = depth;
            }

            var next = Child(node, form[depth]);
            node = next != 0 ? next : AddChild(node, form[depth]);
        }

        return node;
    }

    private int AddChild(int parent, byte label)
    {
        if (_count == _label.Length)
        {
            var size = _count * 2;
            Array.Resize(ref _label, size);
            Array.Resize(ref _child, size);
            Array.Resize(ref _sibling, size);
            Array.Resize(ref _fail, size);
            Array.Resize(ref _match, size);
            Array.Resize(ref _hold, size);
        }

        var node = _count++;
        _label[node] = label;
        _sibling[node] = _child[parent];
        _child[parent] = node;
        return node;
    }

    /// <summary>Breadth first: what a shorter end of the text knows is known before a longer one asks.</summary>
    private void Link()
    {
        var queue = new Queue<int>();
        for (var child = _child[Root]; child != 0; child = _sibling[child])
        {
            _rootNext[_label[child]] = child;
            queue.Enqueue(child);
        }

        while (queue.TryDequeue(out var node))
        {
            var fail = _fail[node];
            _match[node] = Math.Max(_match[node], _match[fail]);
            _hold[node] = Math.Max(_hold[node], _hold[fail]);
            for (var child = _child[node]; child != 0; child = _sibling[child])
            {
                _fail[child] = Next(fail, _label[child]);
                queue.Enqueue(child);
            }
        }
    }
}
