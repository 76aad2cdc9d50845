using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kiln.Server.Storage;

namespace Kiln.Server.Identity;

/// <summary>
/// Seals every stored secret for another master key, in one transaction: definitions, their history, and what runs carry.
/// Sealed texts are found by their form wherever they are, so a new kind of definition needs no word here.
/// </summary>
internal static partial class MasterKeyRotation
{
    /// <summary>Rewraps everything; how many secrets there were.</summary>
    /// <exception cref="MasterKeyException">A host has runs now, whose tokens come from the master key.</exception>
    public static Task<int> RunAsync(Database database, SecretVault current, SecretVault next, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                if (await session.NumberAsync("select count(*) from queue where agent_id <> ''") is > 0 and var active)
                {
                    throw new MasterKeyException(
                        $"{active} {(active == 1 ? "run is" : "runs are")} on hosts now, and their tokens come from the master key: let them end, or cancel them, first.");
                }
                var secrets = 0;
                foreach (var row in await session.QueryAsync(
                    "select id, json from documents where json like '%kiln1.%'", static row => (Id: row.GetInt64(0), Text: row.GetString(1))))
                {
                    await session.ExecuteAsync("update documents set json = @2 where id = @1", row.Id, Rewrapped(row.Text));
                }
                foreach (var row in await session.QueryAsync(
                    "select document_id, revision, json from document_revisions where json like '%kiln1.%'",
                    static row => (Id: row.GetInt64(0), Revision: row.GetInt32(1), Text: row.GetString(2))))
                {
                    await session.ExecuteAsync(
                        "update document_revisions set json = @3 where document_id = @1 and revision = @2",
                        row.Id, row.Revision, Rewrapped(row.Text));
                }
                foreach (var row in await session.QueryAsync(
                    "select run_id, secrets from runs where secrets like '%kiln1.%'", static row => (Id: row.GetInt64(0), Text: row.GetString(1))))
                {
                    await session.ExecuteAsync("update runs set secrets = @2 where run_id = @1", row.Id, Rewrapped(row.Text));
                }
                return secrets;

                string Rewrapped(string text) => SealedText().Replace(text, match =>
                {
                    try
                    {
                        var rewrapped = current.Rewrap(match.Value, next);
                        secrets++;
                        return rewrapped;
                    }
                    catch (CryptographicException)
                    {
                        // Looks like one and is none of ours: somebody's text.
                        return match.Value;
                    }
                });
            },
            cancellationToken);

    [GeneratedRegex(@"kiln1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", RegexOptions.None, 10_000)]
    private static partial Regex SealedText();
}
