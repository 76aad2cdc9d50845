namespace Kiln.Server.Bodies;

/// <summary>What a field has to be.</summary>
public enum Presence
{
    /// <summary>May be absent.</summary>
    Optional,

    /// <summary>Must be there, may be empty.</summary>
    Present,

    /// <summary>Must be there and not empty.</summary>
    Filled,
}
