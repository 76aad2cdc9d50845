using System.Text;
using CsCheck;
using Kiln.Contracts.Secrets;
using Kiln.Exec.Mask;

namespace Kiln.Tests.Exec.Mask;

public sealed class MaskerTests
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["ab:\n"], 4, 9];

    /// <summary>Secrets of few letters, and texts made of pieces of their forms: nearly hits everywhere.</summary>
    private static readonly Gen<(string[] Secrets, byte[] Text, int[] Cuts)> Streams =
        Word.Array[1, 4].SelectMany(secrets =>
        {
            var forms = Forms(secrets).Append("a").Append("\n::add").ToArray();
            var piece = Gen.Int[0, forms.Length - 1].SelectMany(
                form => Gen.Select(Gen.Int[0, forms[form].Length], Gen.Int[0, forms[form].Length],
                    (from, to) => forms[form][Math.Min(from, to)..Math.Max(from, to)]));
            return Gen.Select(
                Gen.Const(secrets),
                piece.Array[0, 30].Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces))),
                Gen.Int[0, 12].Array[0, 40]);
        });

    [Fact]
    public void Every_byte_of_every_form_is_masked_and_no_other_however_the_stream_is_cut() =>
        Streams.Sample(
            stream => Assert.Equal(Expected(stream.Secrets, stream.Text), Masked(stream.Secrets, stream.Text, stream.Cuts)),
            iter: 3000);

    /// <summary>Anything at all with a secret here and there: what is passed over quickly and what is looked at meet at every place.</summary>
    [Fact]
    public void A_secret_is_found_wherever_it_lies_in_a_long_text_of_any_letters() =>
        Gen.Select(
                Gen.String[Gen.Char[' ', '~'], 4, 12].Array[1, 8],
                Gen.Select(Gen.String[Gen.Char[' ', '~'], 0, 60], Gen.Int[0, 100], (quiet, which) => (Quiet: quiet, Which: which)).Array[1, 12],
                Gen.Int[0, 90].Array[0, 8])
            .Select((secrets, places, cuts) => (
                Secrets: secrets,
                Text: Encoding.UTF8.GetBytes(string.Concat(places.Select(place => place.Quiet + secrets[place.Which % secrets.Length]))),
                Cuts: cuts))
            .Sample(
                stream => Assert.Equal(Expected(stream.Secrets, stream.Text), Masked(stream.Secrets, stream.Text, stream.Cuts)),
                iter: 3000);

    [Fact]
    public void No_form_of_a_secret_ever_comes_out() =>
        Streams.Sample(
            stream =>
            {
                var text = Masked(stream.Secrets, stream.Text, stream.Cuts);
                Assert.All(Forms(stream.Secrets), form => Assert.DoesNotContain(form, text));
            },
            iter: 1000);

    [Fact]
    public void A_stream_without_secrets_passes_byte_for_byte() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[0, 50].Array[0, 20]).Sample(
            (bytes, cuts) => Assert.Equal(bytes, Run(["no such text"], bytes, cuts)),
            iter: 1000);

    [Fact]
    public void Secrets_added_by_the_stream_do_not_depend_on_how_it_is_cut()
    {
        var text = "x\n::add-mask::hunter2\r\nhunter2 ::add-mask::no\n::add-mask::ab\nab ::add-mask::\n::add-mask::last1"u8.ToArray();
        const string expected =
            "x\n::add-mask::********\r\n******** ::add-mask::no\n::add-mask::ab\nab ::add-mask::\n::add-mask::********";

        Gen.Int[0, 20].Array[0, 40].Sample(
            cuts => Assert.Equal(expected, Encoding.UTF8.GetString(Run([], text, cuts))),
            iter: 300);
    }

    [Fact]
    public void A_secret_learnt_while_another_one_is_half_out_masks_from_the_next_byte_on()
    {
        var secrets = new SecretSet();
        secrets.Add(["abcdefgh"]);
        var sink = new ByteSink(16);
        var masker = new Masker(secrets, obeysAddMask: true);
        masker.Append("abcd"u8, sink);
        secrets.Add(["zebra"]);
        masker.Append("efgh zebra"u8, sink);
        masker.Finish(sink);

        Assert.Equal("******** ********", Encoding.UTF8.GetString(sink.Written));
    }

    [Theory]
    [InlineData("Downloading: 10%", "Downloading: 10%")]
    [InlineData("a plain line\n", "a plain line\n")]
    [InlineData("pass", "pass")]
    [InlineData("my pa", "my pa")]
    [InlineData("my correct hor", "my ")]
    public void Only_a_tail_that_may_become_a_secret_waits(string text, string atOnce)
    {
        var secrets = new SecretSet();
        secrets.Add(["correct horse"]);
        var sink = new ByteSink(16);
        var masker = new Masker(secrets, obeysAddMask: true);

        masker.Append(Encoding.UTF8.GetBytes(text), sink);
        Assert.Equal(atOnce, Encoding.UTF8.GetString(sink.Written));

        masker.Finish(sink);
        Assert.Equal(text, Encoding.UTF8.GetString(sink.Written));
    }

    private static HashSet<string> Forms(string[] secrets)
    {
        var forms = new HashSet<string>();
        foreach (var secret in secrets.Where(SecretForms.IsMaskable))
        {
            SecretForms.AddTo(forms, secret);
        }

        return forms;
    }

    /// <summary>The slow and obvious way: mark every byte of every occurrence, then replace each merged place.</summary>
    private static string Expected(string[] secrets, byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var places = new List<(int Start, int End)>();
        foreach (var form in Forms(secrets))
        {
            for (var at = text.IndexOf(form, StringComparison.Ordinal); at >= 0; at = text.IndexOf(form, at + 1, StringComparison.Ordinal))
            {
                places.Add((at, at + form.Length));
            }
        }

        var masked = new StringBuilder();
        var done = 0;
        foreach (var (start, end) in places.OrderBy(place => place.Start).ThenByDescending(place => place.End))
        {
            if (start >= done)
            {
                masked.Append(text, done, start - done).Append("********");
            }

            done = Math.Max(done, end);
        }

        return masked.Append(text, done, text.Length - done).ToString();
    }

    private static string Masked(string[] secrets, byte[] text, int[] cuts) =>
        Encoding.UTF8.GetString(Run(secrets, text, cuts, obeysAddMask: false));

    private static byte[] Run(string[] values, ReadOnlySpan<byte> text, int[] cuts, bool obeysAddMask = true)
    {
        var secrets = new SecretSet();
        secrets.Add(values);
        var sink = new ByteSink(16);
        var masker = new Masker(secrets, obeysAddMask);
        foreach (var cut in cuts)
        {
            var size = Math.Min(cut, text.Length);
            masker.Append(text[..size], sink);
            text = text[size..];
        }

        masker.Append(text, sink);
        masker.Finish(sink);
        return sink.Written.ToArray();
    }
}
