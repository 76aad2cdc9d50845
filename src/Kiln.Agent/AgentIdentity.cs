using System.Text;
using Kiln.Disk;

namespace Kiln.Agent;

/// <summary>
/// Who the agent is: an id made once and kept in its data directory, and the lock that keeps a second agent out of that
/// directory for as long as this one lives (the kernel lets go of it, however the process ends).
/// </summary>
internal sealed class AgentIdentity : IDisposable
{
    private readonly FileStream _lock;

    private AgentIdentity(string id, FileStream @lock)
    {
        Id = id;
        _lock = @lock;
    }

    public string Id { get; }

    /// <summary>Claims a data directory.</summary>
    /// <exception cref="AgentStartException">Another agent lives in it, or it cannot be written.</exception>
    public static AgentIdentity Claim(string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);
        var lockFile = Path.Combine(dataDirectory, "agent.lock");
        FileStream claimed;
        try
        {
            claimed = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new AgentStartException(
                $"Another agent works in {dataDirectory}; give this one a directory of its own with --data.", taken);
        }
        var idFile = Path.Combine(dataDirectory, "agent-id");
        if (!File.Exists(idFile))
        {
            DurableFile.Write(idFile, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("n")));
        }
        return new AgentIdentity(File.ReadAllText(idFile).Trim(), claimed);
    }

    public void Dispose() => _lock.Dispose();
}
