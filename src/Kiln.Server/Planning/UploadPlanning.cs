using Kiln.Contracts.Builds;
using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>Files that go to an object storage.</summary>
internal static class UploadPlanning
{
    private const string Field = "post_build.object_storage_upload";

    public static void Add(PlanDraft draft)
    {
        if (draft.Recipe.PostBuild.ObjectStorageUpload is not { Enabled: true, UploadDetail.Count: > 0 } upload)
        {
            return;
        }
        if (Storage(draft, upload.ObjectStorageId) is not { } storage)
        {
            return;
        }
        var reference = $"storage/{storage.Name}";
        draft.SealedSecrets[reference] = storage.Sk;
        draft.Steps.Add(new PlannedStep.Upload(new PlannedUpload
        {
            Storage = new PlannedStorage
            {
                Name = storage.Name,
                Endpoint = storage.Endpoint,
                Bucket = storage.Bucket,
                Subfolder = storage.Subfolder,
                Region = storage.Region,
                AccessKey = storage.Ak,
                SecretRef = reference,
                IsInsecure = storage.Insecure,
            },
            Rules = [.. upload.UploadDetail.Select(detail => new PlannedUploadRule(Source(detail), detail.DestPath))],
        }));
    }

    /// <summary>By id or name; an empty one means the default. <c>null</c> = there is none, with the violation added.</summary>
    private static ObjectStorage? Storage(PlanDraft draft, string wanted)
    {
        var known = draft.Input.Catalogue.Storages;
        if (wanted.Length == 0)
        {
            if (known.FirstOrDefault(storage => storage.Value.IsDefault) is { } usual)
            {
                return usual.Value;
            }
            draft.Violations.Add($"{Field}.object_storage_id",
                "No object storage is named and none is the default; name one, or make one the default under /openapi/system/object-storages.");
            return null;
        }
        if (known.FirstOrDefault(storage => storage.Value.Name == wanted || storage.Id == wanted) is { } named)
        {
            return named.Value;
        }
        draft.Violations.AddUnknown(
            $"{Field}.object_storage_id", "object storage", wanted, known.Select(storage => storage.Value.Name));
        return null;
    }

    // The absolute path counts only where there is no other, as in Zadig, which never looks at it.
    private static string Source(UploadDetail detail) => detail.FilePath.Length > 0 ? detail.FilePath : detail.AbsFilePath;
}
