namespace Kiln.Bench.Measures;

/// <summary>Writes trees of files as builds leave them: a part of each file compresses, a part does not.</summary>
internal static class TreeMaker
{
    private const int FilesInDirectory = 100;

    /// <summary>Writes a tree.</summary>
    /// <param name="root">Where.</param>
    /// <param name="files">How many files.</param>
    /// <param name="bytes">Bytes of each.</param>
    public static void Write(string root, int files, int bytes)
    {
        var random = new Random(7);
        var content = new byte[bytes];
        var text = "  return new Thing(name, value) { Size = 12, Kind = Kinds.Usual };\n"u8;
        for (var i = 0; i < files; i++)
        {
            if (i % FilesInDirectory == 0)
            {
                Directory.CreateDirectory(Path.Combine(root, $"{i / FilesInDirectory}"));
            }
            random.NextBytes(content.AsSpan(0, bytes / 3));
            for (var at = bytes / 3; at < bytes; at += text.Length)
            {
                text[..Math.Min(text.Length, bytes - at)].CopyTo(content.AsSpan(at));
            }
            File.WriteAllBytes(Path.Combine(root, $"{i / FilesInDirectory}", $"{i}.bin"), content);
        }
    }
}
