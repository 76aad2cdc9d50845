namespace Kiln.Exec.Mask;

/// <summary>
/// Where secrets lie in the window a masker works on: sorted, apart from each other. Places of overlapping secrets
/// become one, so that no byte of any of them is left over.
/// </summary>
internal sealed class MaskedSpans
{
    private readonly List<(int Start, int End)> _spans = [];

    /// <summary>A form was found; forms are found in the order of their ends.</summary>
    public void Add(int start, int end)
    {
        while (_spans.Count > 0 && _spans[^1].End > start)
        {
            start = Math.Min(start, _spans[^1].Start);
            end = Math.Max(end, _spans[^1].End);
            _spans.RemoveAt(_spans.Count - 1);
        }

        _spans.Add((start, end));
    }

    /// <summary>Forgets every place whose mask is not written yet.</summary>
    public void KeepEmitted() => _spans.RemoveAll(static span => span.Start >= 0);

    /// <summary>
    /// Writes the window up to <paramref name="decided"/> with each place replaced, and moves what is behind it to the
    /// front. A place that reaches over the border shows its mask now; the rest of it is swallowed later.
    /// </summary>
    public void Emit(ReadOnlySpan<byte> window, int decided, ByteSink to)
    {
        var at = 0;
        var done = 0;
        for (; done < _spans.Count && _spans[done].Start < decided; done++)
        {
            var (start, end) = _spans[done];
            if (start >= 0)
            {
                to.Append(window[at..start]);
                to.Append(Masker.Mask);
            }

            at = Math.Min(end, decided);
            if (end > decided)
            {
                // Negative: its mask is written already.
                _spans[done] = (decided - 1, end);
                break;
            }
        }

        to.Append(window[at..decided]);
        _spans.RemoveRange(0, done);
        for (var i = 0; i < _spans.Count; i++)
        {
            _spans[i] = (_spans[i].Start - decided, _spans[i].End - decided);
        }
    }
}
