namespace Kiln.Server.Storage.Sqlite;

/// <summary>The directory under a SQLite database: on a local disk.</summary>
internal static class SqliteVolume
{
    /// <summary>
    /// Whether SQLite's write-ahead log works on such a file system: it needs locks and shared memory between
    /// processes, which network file systems only pretend to have.
    /// </summary>
    public static bool IsNetwork(string format) => format is
        "nfs" or "nfsd" or "cifs" or "smb" or "smb2" or "smbfs" or "afs" or "ncp" or "coda" or "ceph" or "lustre" or "gfs2"
        or "ocfs2" or "panfs" or "gpfs" or "acfs" or "vxfs" or "fhgfs" or "snfs" or "novell" or "mfs";

    /// <summary>Refuses a network file system.</summary>
    /// <exception cref="StoreUnusableException">It is one.</exception>
    public static void RequireLocal(string directory)
    {
        var format = new DriveInfo(directory).DriveFormat;
        if (IsNetwork(format))
        {
            throw new StoreUnusableException(
                $"The data directory {directory} is on a network file system ({format}), where SQLite loses data. " +
                "Set KILN_DATA to a directory on a local disk.");
        }
    }
}
