namespace Kiln.Bench.Chaos;

/// <summary>What a strike kills with SIGKILL.</summary>
public enum Victim
{
    /// <summary>The server, with the agent inside it.</summary>
    Server,

    /// <summary>The agent that is a process of its own.</summary>
    Agent,

    /// <summary>The kiln-exec of one run; its script is an orphan then.</summary>
    Exec,

    /// <summary>Every process of PostgreSQL.</summary>
    Database,

    /// <summary>Server, agent and database in one moment; scripts go on.</summary>
    Everything,

    /// <summary>The same, and every exec and script with them, as when the machine stops.</summary>
    Machine,
}
