using System.Text;

namespace Kiln.Bench.Chaos;

/// <summary>An answer of the server.</summary>
internal sealed record ApiReply(int Status, byte[] Body)
{
    /// <summary>The body of a request that was taken.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public byte[] Accepted(string what) => Status is >= 200 and < 300
        ? Body
        : throw new InvalidOperationException($"{what} was answered {Status}: {Encoding.UTF8.GetString(Body)}");
}
