using System.Text.Json;

namespace Kiln.Cli.Connections;

/// <summary>The file of <c>kiln login</c>, which only its owner can read.</summary>
internal sealed class LoginFile
{
    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The user's file: <c>$XDG_CONFIG_HOME/kiln/logins.json</c>, else below <c>~/.config</c>.</summary>
    public LoginFile(Func<string, string?> environment)
    {
        var directory = environment("XDG_CONFIG_HOME") is { Length: > 0 } configured && System.IO.Path.IsPathRooted(configured)
            ? configured
            : System.IO.Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/", ".config");
        Path = System.IO.Path.Combine(directory, "kiln", "logins.json");
    }

    public string Path { get; }

    /// <summary>What is in it; nothing when it is not there.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; the message says what to do.</exception>
    public Logins Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(Path), LoginJson.Default.Logins) is { Contexts: not null } logins
                ? logins
                : Logins.None;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return Logins.None;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InvalidDataException(
                $"{Path} cannot be read ({unreadable.Message}). Mend or delete it, and log in again.", unreadable);
        }
    }

    /// <summary>Writes it aside and puts it in place, so that a crash leaves the old one.</summary>
    /// <exception cref="InvalidDataException">It cannot be written; the message says why.</exception>
    public void Write(Logins logins)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!, OwnerDirectory);
            var aside = $"{Path}.{Environment.ProcessId}";
            File.Delete(aside);
            using (var stream = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerFile,
            }))
            {
                JsonSerializer.Serialize(stream, logins, LoginJson.Default.Logins);
            }
            File.Move(aside, Path, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{Path} cannot be written: {refused.Message}", refused);
        }
    }
}
