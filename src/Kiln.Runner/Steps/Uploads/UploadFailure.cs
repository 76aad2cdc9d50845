using Kiln.Buckets;
using Kiln.Contracts.Runs;

namespace Kiln.Runner.Steps.Uploads;

/// <summary>Tells what went wrong with an object storage.</summary>
internal static class UploadFailure
{
    public static StepResult.Failed Of(string storage, BucketException trouble) => new(
        trouble.Trouble switch
        {
            BucketTrouble.Unreachable => RunReason.StorageUnreachable,
            BucketTrouble.Untrusted => RunReason.StorageUntrusted,
            BucketTrouble.Refused => RunReason.StorageAuth,
            BucketTrouble.NoBucket => RunReason.StorageMissing,
            BucketTrouble.Full => RunReason.StorageFull,
            _ => RunReason.UploadFailed,
        },
        $"Uploading to the object storage {storage} failed. {trouble.Message}");
}
