using System.Collections;
using System.Net.Sockets;
using Kiln.Agent;
using Kiln.Server.Backups;
using Kiln.Server.Demo;
using Kiln.Server.Identity;
using Kiln.Server.Settings;
using Kiln.Server.Storage;

namespace Kiln.Server;

/// <summary>From a command line to a running server.</summary>
public static class Startup
{
    private const string RestoreCommand = "restore";
    private const int Success = 0;
    private const int CannotStart = 1;
    private const int Usage = 2;

    /// <summary>Runs a server until it is told to stop.</summary>
    /// <returns>0 after a stop, 1 when the server cannot start here, 2 when its settings are wrong.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is [RestoreCommand, ..])
        {
            return await RestoreAsync(arguments[1..], output, errors);
        }
        var isRotation = arguments is [MasterKeyChange.Command, ..];
        switch (SettingsReader.Read(isRotation ? arguments[1..] : arguments, Environment()))
        {
            case SettingsOutcome.Said said:
                await output.WriteAsync(said.Text);
                return Success;
            case SettingsOutcome.Invalid invalid:
                await errors.WriteAsync($"kiln-server: {string.Join("\nkiln-server: ", invalid.Problems)}\n");
                return Usage;
            case SettingsOutcome.Valid valid:
                return await ServeAsync(valid.Options, isRotation ? output : null, errors);
            default:
                throw new InvalidOperationException("An outcome of settings is missing here.");
        }
    }

    // kiln-server restore FILE, with the settings of a server: where to, and what opens it.
    private static async Task<int> RestoreAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is not [var file, ..] || file.StartsWith('-'))
        {
            await errors.WriteAsync("kiln-server: restore which file? kiln-server restore FILE --data DIR\n");
            return Usage;
        }
        switch (SettingsReader.Read(arguments[1..], Environment()))
        {
            case SettingsOutcome.Valid valid:
                try
                {
                    await output.WriteAsync(
                        await Restore.RunAsync(file, valid.Options, TimeProvider.System, CancellationToken.None));
                    return Success;
                }
                catch (Exception refused) when (refused is RestoreException or DataDirectoryException or StoreUnusableException
                    or IOException or UnauthorizedAccessException)
                {
                    await errors.WriteAsync($"kiln-server: {refused.Message}\n");
                    return CannotStart;
                }
            case SettingsOutcome.Invalid invalid:
                await errors.WriteAsync($"kiln-server: {string.Join("\nkiln-server: ", invalid.Problems)}\n");
                return Usage;
            case SettingsOutcome.Said said:
                await output.WriteAsync(said.Text);
                return Success;
            default:
                throw new InvalidOperationException("An outcome of settings is missing here.");
        }
    }

    /// <param name="options">Settings.</param>
    /// <param name="rotation">Where to say that the master key was changed; <c>null</c> = serve instead.</param>
    /// <param name="errors">Standard error.</param>
    private static async Task<int> ServeAsync(KilnOptions options, TextWriter? rotation, TextWriter errors)
    {
        AgentHost.HideMemory();
        try
        {
            using var data = DataDirectory.Open(options.Data, options.Artifacts);
            data.RequireWhole();
            if (data.SplitsUnquotedWords)
            {
                await errors.WriteAsync($"kiln-server: the data directory {data.Root} has a space in its path: scripts that write "
                    + "$WORKSPACE without quotes will break on it. A path without spaces is safer (--data).\n");
            }
            var database = await StorageSlice.OpenAsync(options, TimeProvider.System, CancellationToken.None);
            if (rotation is not null)
            {
                await using (database)
                {
                    await rotation.WriteAsync(await MasterKeyChange.RunAsync(options, data, database, CancellationToken.None));
                }
                return Success;
            }
            await using var app = ServerBuilder.Build(options, data, database, TimeProvider.System);
            await app.RunAsync();
            return Success;
        }
        catch (Exception refused) when (refused is DataDirectoryException or StoreUnusableException
            or MasterKeyException or AgentStartException or DemoException)
        {
            await errors.WriteAsync($"kiln-server: {refused.Message}\n");
            return CannotStart;
        }
        catch (OperationCanceledException)
        {
            return Success; // Told to stop while it was still starting.
        }
        catch (IOException refused) when (refused.InnerException is SocketException
            or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await errors.WriteAsync($"kiln-server: cannot listen on {options.Listen}: {refused.InnerException.Message} "
                + "Choose another address with --listen.\n");
            return CannotStart;
        }
    }

    private static Dictionary<string, string> Environment() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
}
