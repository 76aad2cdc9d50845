using System.Formats.Tar;
using System.IO.Compression;

namespace Kiln.EndToEnd.Harness;

/// <summary>What stands for the Go that the document's example installs: a program that says its version.</summary>
internal static class GoPackage
{
    /// <summary>The .tar.gz that a download site would have.</summary>
    public static byte[] Archive()
    {
        var archive = new MemoryStream();
        using (var zip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "go/bin/go")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream("#!/bin/sh\necho go version go1.20.7\n"u8.ToArray()),
            });
        }
        return archive.ToArray();
    }
}
