using Kiln.Server.Settings;

namespace Kiln.Server.Identity;

/// <summary>Registers who may call and how secrets are kept.</summary>
public static class IdentitySlice
{
    public static IServiceCollection AddIdentity(this IServiceCollection services) => services
        .AddSingleton(provider => new SecretVault(MasterKey.Load(
            provider.GetRequiredService<KilnOptions>(), provider.GetRequiredService<DataDirectory>())))
        .AddSingleton(provider =>
        {
            var tokens = new TokenIndex();
            tokens.Add(TokenHash.Of(provider.GetRequiredService<AdminToken>().Value), new Caller("admin", TokenKind.Admin));
            return tokens;
        })
        .AddSingleton(provider => AdminToken.Load(
            provider.GetRequiredService<KilnOptions>(), provider.GetRequiredService<DataDirectory>()))
        .AddSingleton<CallerTokens>()
        .AddSingleton<RequestProjects>()
        .AddSingleton<RequestBudget>()
        .AddHostedService<MasterKeyCheck>();
}

/// <summary>The first token of a server: from settings, else made once and kept in the data directory.</summary>
public sealed class AdminToken
{
    private AdminToken(string value) => Value = value;

    /// <summary>The token. Never logged.</summary>
    public string Value { get; }

    internal static AdminToken Load(KilnOptions options, DataDirectory data) => new(
        options.AdminToken ?? data.ReadOrMake(data.AdminTokenFile, () => TokenHash.NewToken(TokenKind.Admin)));
}
