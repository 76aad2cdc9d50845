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
            upload.Objects("upload_detail", Presence.Optional, ReadDetail));
    }

    private static UploadDetail ReadDetail(BodyObject item)
    {
        var file = item.Text("file_path", Presence.Optional);
        var absolute = item.Text("abs_file_path", Presence.Optional);
        if (file.Length == 0 && absolute.Length == 0)
        {
            item.Refuse("file_path", "Is missing: the file, directory or pattern to upload.");
        }
        if (!WorkspacePath.Stays(file))
        {
            item.Refuse("file_path", $"A path that {WorkspacePath.Rule}.");
        }
        if (!WorkspacePath.IsPlain(absolute))
        {
            item.Refuse("abs_file_path", "A path without \"..\" and control characters.");
        }
        return new UploadDetail(file, absolute, item.Text("dest_path", Presence.Filled));
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
}
