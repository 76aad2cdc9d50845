using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>storages</c>.</summary>
public static class StorageReader
{
    public static StorageSetting Read(BodyObject? storages)
    {
        if (storages is null)
        {
            return new StorageSetting(false, []);
        }
        var paths = new HashSet<string>(StringComparer.Ordinal);
        return new StorageSetting(
            storages.Flag("enabled", false),
            storages.Objects("storages_properties", Presence.Present, item =>
            {
                var property = ReadProperty(item);
                if (property.MountPath.Length > 0 && !paths.Add(property.MountPath.TrimEnd('/')))
                {
                    item.Refuse("mount_path", $"\"{Quoted.Short(property.MountPath)}\" is mounted twice.");
                }
                return property;
            }));
    }

    private static StorageProperty ReadProperty(BodyObject item)
    {
        // The document spells it both ways.
        var type = item.Word("provision_type", Presence.Filled, "", "static", "dynamic", "dynmaic");
        var dynamic = type is "dynamic" or "dynmaic";
        return new StorageProperty
        {
            AccessMode = item.Word(
                "access_mode", Presence.Optional, "ReadWriteMany",
                "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"),
            IsTemporary = item.Flag("is_temporary", false),
            MountPath = ReadMountPath(item),
            ProvisionType = dynamic ? "dynamic" : type,
            Pvc = item.Text("pvc", type == "static" ? Presence.Filled : Presence.Optional),
            StorageClass = item.Text("storage_class", dynamic ? Presence.Filled : Presence.Optional),
            StorageSizeInGib = ReadSize(item, dynamic),
            Subpath = ReadSubpath(item),
        };
    }

    private static int ReadSize(BodyObject item, bool dynamic)
    {
        if (dynamic && !item.Has("storage_size_in_gib"))
        {
            item.Refuse("storage_size_in_gib", "Is required for dynamic storage: a whole number, 1 or more.");
        }
        return item.Number("storage_size_in_gib", 0, dynamic ? 1 : 0, int.MaxValue);
    }

    private static string ReadMountPath(BodyObject item)
    {
        var path = item.Text("mount_path", Presence.Filled);
        if (path.Length > 0 && !(path.StartsWith('/') || path.StartsWith('$')) || !WorkspacePath.IsPlain(path))
        {
            item.Refuse("mount_path", "Must be an absolute path without \"..\".");
        }
        return path;
    }

    private static string ReadSubpath(BodyObject item)
    {
        var path = item.Text("subpath", Presence.Present);
        if (path.StartsWith('/') || !WorkspacePath.IsPlain(path))
        {
            item.Refuse("subpath", "Must be a relative path without \"..\".");
        }
        return path;
    }
}
