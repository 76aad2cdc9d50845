using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Settings;

public sealed class DataDirectoryTests
{
    [Fact]
    public async Task Nothing_in_the_data_directory_can_be_read_by_others()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        using var data = new TempDirectory();
        File.SetUnixFileMode(data.Path, (UnixFileMode)0b111_101_101);

        await using var app = await KilnApp.StartAsync(options => options with { Data = data.Path });

        Assert.Equal(default, File.GetUnixFileMode(data.Path) & others);
        var secrets = (string[])["admin-token", "master.key", "kiln.db", "kiln.db-wal"];
        Assert.All(secrets, file => Assert.Equal(default, File.GetUnixFileMode(Path.Combine(data.Path, file)) & others));
    }
}
