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
        draft.Steps.Add(new PlannedStep.Upload(new PlannedUpload
        {
            Storage = StoragePlanning.Plan(draft, storage, "storage"),
            Rules = [.. upload.UploadDetail.Select(detail => new PlannedUploadRule(Source(detail), detail.DestPath))],
        }));
    }

    /// <summary>By id or name; an empty one means the default. <c>null</c> = there is none, with the violation added.</summary>
    private static ObjectStorage? Storage(PlanDraft draft, string wanted)
    {
        if (wanted.Length == 0)
        {
            if (draft.Input.Catalogue.Storages.FirstOrDefault(storage => storage.Value.IsDefault) is { } usual)
            {
                return usual.Value;
            }
            draft.Violations.Add($"{Field}.object_storage_id",
                "No object storage is named and none is the default; name one, or make one the default under /openapi/system/object-storages.");
            return null;
        }
        if (StoragePlanning.Find(draft, wanted) is { } named)
        {
            return named;
        }
        draft.Violations.AddUnknown($"{Field}.object_storage_id", "object storage", wanted, StoragePlanning.Known(draft));
        return null;
    }

    // The absolute path counts only where there is no other, as in Zadig, which never looks at it.
    private static string Source(UploadDetail detail) => detail.FilePath.Length > 0 ? detail.FilePath : detail.AbsFilePath;
}
