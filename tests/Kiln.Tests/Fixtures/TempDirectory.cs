namespace Kiln.Tests.Fixtures;

/// <summary>A directory of one test, gone with it.</summary>
public sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kiln-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
