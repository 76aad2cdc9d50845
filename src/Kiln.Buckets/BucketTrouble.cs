namespace Kiln.Buckets;

/// <summary>What went wrong with a bucket.</summary>
public enum BucketTrouble
{
    /// <summary>No answer, or none that makes sense: a later attempt may work.</summary>
    Unreachable,

    /// <summary>Its certificate is not trusted.</summary>
    Untrusted,

    /// <summary>The keys were refused, or may not do this.</summary>
    Refused,

    /// <summary>There is no such bucket.</summary>
    NoBucket,

    /// <summary>What arrived is not what was sent.</summary>
    Damaged,

    /// <summary>It has no room left.</summary>
    Full,

    /// <summary>The service said something else.</summary>
    Other,
}
