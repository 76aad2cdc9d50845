using Kiln.Contracts.Client;
using Kiln.Server.Definitions;
using Kiln.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Kiln.Tests.Cli;

/// <summary>The client knows the kinds as the server serves them.</summary>
public sealed class DefinitionKindsTests
{
    [Fact]
    public async Task The_client_and_the_server_have_the_same_kinds()
    {
        await using var app = await KilnApp.StartAsync();
        var served = app.Services.GetServices<CatalogueKind>().Select(kind => kind.Address)
            .Select(address => (address.What, address.Path, address.Items, address.NameField, Scope: address.Scope.ToString()));

        var known = DefinitionKinds.All.Where(kind => kind != DefinitionKinds.Build)
            .Select(kind => (kind.What, $"/{kind.Path}", kind.Items, kind.NameField, Scope: kind.Scope.ToString()));

        Assert.Equal(served.Order(), known.Order());
    }

    [Theory]
    [InlineData("code-host")]
    [InlineData("codehosts")]
    [InlineData("CodeHost")]
    [InlineData("code_host")]
    public void A_kind_may_be_written_in_several_ways(string word) => Assert.Equal("code-host", DefinitionKinds.Find(word)?.Word);

    [Fact]
    public void Registries_are_more_than_one_registry() => Assert.Equal("registry", DefinitionKinds.Find("registries")?.Word);
}
