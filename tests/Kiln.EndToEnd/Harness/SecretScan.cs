using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Kiln.EndToEnd.Harness;

/// <summary>Searches every byte of every file below a directory, compressed ones unpacked too, for texts.</summary>
public static class SecretScan
{
    /// <summary>Files in which one of the texts stands: as it is, in base64 at any alignment, in hexadecimal.</summary>
    public static IReadOnlyList<string> Find(string root, IReadOnlyList<string> secrets)
    {
        var needles = secrets.SelectMany(Forms).Select(Encoding.UTF8.GetBytes).ToArray();
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(root, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false,
        }))
        {
            foreach (var (how, content) in Contents(file))
            {
                found.AddRange(needles.Where(needle => content.AsSpan().IndexOf(needle) >= 0)
                    .Select(needle => $"{file}{how}: {Encoding.UTF8.GetString(needle)}"));
            }
        }
        return found;
    }

    private static IEnumerable<string> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Convert.ToHexStringLower(bytes);
        yield return Convert.ToHexString(bytes);
        for (var before = 0; before < 3; before++)
        {
            var shifted = Convert.ToBase64String([.. new byte[before], .. bytes]);
            yield return shifted[((8 * before + 5) / 6)..(8 * (before + bytes.Length) / 6)];
        }
    }

    private static IEnumerable<(string How, byte[] Content)> Contents(string file)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception odd) when (odd is IOException or UnauthorizedAccessException && new FileInfo(file).Length == 0)
        {
            yield break; // A socket.
        }
        yield return ("", content);
        if (content is [0x1f, 0x8b, ..] && Unzipped(content) is { } unzipped)
        {
            yield return (" (gzip)", unzipped);
        }
        if (content is [0x28, 0xb5, 0x2f, 0xfd, ..])
        {
            using var zstd = Process.Start(new ProcessStartInfo("zstd", ["-q", "-dc", file])
            {
                UseShellExecute = false, RedirectStandardOutput = true,
            })!;
            using var copy = new MemoryStream();
            zstd.StandardOutput.BaseStream.CopyTo(copy);
            zstd.WaitForExit();
            yield return (" (zstd)", copy.ToArray());
        }
    }

    private static byte[]? Unzipped(byte[] content)
    {
        try
        {
            using var zip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            using var copy = new MemoryStream();
            zip.CopyTo(copy);
            return copy.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
