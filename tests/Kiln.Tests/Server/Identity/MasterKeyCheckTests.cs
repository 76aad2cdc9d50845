using Kiln.Server.Identity;
using Kiln.Tests.Fixtures;

namespace Kiln.Tests.Server.Identity;

public sealed class MasterKeyCheckTests
{
    [Fact]
    public async Task A_server_that_is_given_another_master_key_refuses_to_start_and_says_what_to_do()
    {
        using var data = new TempDirectory();
        await using (await KilnApp.StartAsync(options => options with { Data = data.Path, MasterKey = Key(1) }))
        {
        }

        var refused = await Assert.ThrowsAsync<MasterKeyException>(
            () => KilnApp.StartAsync(options => options with { Data = data.Path, MasterKey = Key(2) }));

        Assert.Contains("--master-key-file", refused.Message);
    }

    private static string Key(byte filling) => Convert.ToBase64String(Enumerable.Repeat(filling, MasterKey.Bytes).ToArray());
}
