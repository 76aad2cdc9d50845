using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Builds.Rules;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>post_build</c>, which is an addition: each part that is absent is kept.</summary>
public static class PostBuildReader
{
    public static PostBuildSettings Read(BodyObject body, PostBuildSettings? stored)
    {
        var post = body.Child("post_build");
        return new PostBuildSettings
        {
            ObjectStorageUpload = post is not null && post.Has("object_storage_upload")
                ? ReadUpload(post)
                : stored?.ObjectStorageUpload,
            FileArchive = post is not null && post.Has("file_archive") ? ReadArchive(post) : stored?.FileArchive,
            Scripts = post is not null && post.Has("scripts")
                ? post.Text("scripts", Presence.Optional)
                : stored?.Scripts ?? "",
        };
    }

    private static ObjectStorageUpload? ReadUpload(BodyObject post)
    {
        if (post.Child("object_storage_upload") is not { } upload)
        {
            return null;
        }
        return new ObjectStorageUpload(
            upload.Flag("enabled", false),
            upload.Text("object_storage_id", Presence.Optional),
            upload.Objects("upload_detail", Presence.Optional, item => new UploadDetail(
                Path(item, "file_path"),
                item.Text("abs_file_path", Presence.Optional),
                item.Text("dest_path", Presence.Filled))));
    }

    private static FileArchive? ReadArchive(BodyObject post)
    {
        if (post.Child("file_archive") is not { } archive || archive.Text("file_location", Presence.Present) is not { Length: > 0 } location)
        {
            return null;
        }
        if (!WorkspacePath.Stays(location))
        {
            archive.Refuse("file_location", $"A path that {WorkspacePath.Rule}.");
        }
        return new FileArchive(location);
    }

    private static string Path(BodyObject item, string field)
    {
        var path = item.Text(field, Presence.Filled);
        if (!WorkspacePath.Stays(path))
        {
            item.Refuse(field, $"A path that {WorkspacePath.Rule}.");
        }
        return path;
    }
}
