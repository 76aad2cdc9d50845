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

    /// <summary>The power of the server's machine: what its disk had not synced is gone, the database's and its agent's runs too.</summary>
    ServerPower,

    /// <summary>The power of the other agent's machine, with its runs.</summary>
    AgentPower,

    /// <summary>The cluster's API server, and etcd with it; pods go on.</summary>
    ControlPlane,

    /// <summary>A node with kubelet, containerd and every container, as a power cut does it.</summary>
    Node,

    /// <summary>A node that stays away until the cluster and the server have given it up.</summary>
    NodeForLong,

    /// <summary>A pod, deleted by the API: with its grace or without.</summary>
    Pod,

    /// <summary>Every process of one container of a pod, or of all.</summary>
    Container,
}
