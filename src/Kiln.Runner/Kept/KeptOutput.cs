using Kiln.Contracts.Secrets;

namespace Kiln.Runner.Kept;

/// <summary>An output as it may lie on a disk: where a secret stands in it there is the secret's name, and the next lease brings the value.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Its pieces in order.</param>
internal sealed record KeptOutput(string Name, IReadOnlyList<KeptPiece> Value)
{
    /// <summary>The output; <c>null</c> when it holds a secret in a form that cannot be put back (encoded, say).</summary>
    public static KeptOutput? Of(string name, string value, IReadOnlyDictionary<string, string> secrets)
    {
        var pieces = new List<KeptPiece> { new(value) };
        foreach (var (reference, secret) in secrets.Where(static entry => entry.Value.Length > 0)
            .OrderByDescending(static entry => entry.Value.Length).ThenBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            pieces = [.. pieces.SelectMany(piece => Split(piece, reference, secret))];
        }
        var hidden = new SecretText(secrets.Values);
        return pieces.Exists(piece => piece.SecretRef is null && hidden.IsIn(piece.Text)) ? null : new KeptOutput(name, pieces);
    }

    /// <summary>The value with its secrets.</summary>
    /// <exception cref="KeyNotFoundException">The lease has not brought one of them.</exception>
    public string Read(IReadOnlyDictionary<string, string> secrets) =>
        string.Concat(Value.Select(piece => piece.SecretRef is { } reference ? secrets[reference] : piece.Text));

    private static IEnumerable<KeptPiece> Split(KeptPiece piece, string reference, string secret)
    {
        if (piece.SecretRef is not null)
        {
            yield return piece;
            yield break;
        }
        var texts = piece.Text.Split(secret);
        for (var i = 0; i < texts.Length; i++)
        {
            if (i > 0)
            {
                yield return new KeptPiece("", reference);
            }
            if (texts[i].Length > 0)
            {
                yield return new KeptPiece(texts[i]);
            }
        }
    }
}

/// <summary>A piece of an output.</summary>
/// <param name="Text">What it says; empty for a secret.</param>
/// <param name="SecretRef">Key into <see cref="Kiln.Contracts.Runs.RunSpec.Secrets"/>; <c>null</c> = it is text.</param>
internal sealed record KeptPiece(string Text, string? SecretRef = null);
