using Kiln.Contracts.Catalogue;
using Kiln.Contracts.Plans;

namespace Kiln.Server.Planning;

/// <summary>Object storages of the catalogue, as a plan has them.</summary>
internal static class StoragePlanning
{
    /// <summary>By name or id; <c>null</c> = there is none.</summary>
    public static ObjectStorage? Find(PlanDraft draft, string wanted) => draft.Input.Catalogue.Storages
        .FirstOrDefault(storage => storage.Value.Name == wanted || storage.Id == wanted)?.Value;

    /// <summary>Names of those there are.</summary>
    public static IEnumerable<string> Known(PlanDraft draft) =>
        draft.Input.Catalogue.Storages.Select(static storage => storage.Value.Name);

    /// <summary>Writes one into a plan, its secret beside it under <paramref name="use"/> and its name.</summary>
    public static PlannedStorage Plan(PlanDraft draft, ObjectStorage storage, string use)
    {
        var reference = $"{use}/{storage.Name}";
        draft.SealedSecrets[reference] = storage.Sk;
        return new PlannedStorage
        {
            Name = storage.Name,
            Endpoint = storage.Endpoint,
            Bucket = storage.Bucket,
            Subfolder = storage.Subfolder,
            Region = storage.Region,
            AccessKey = storage.Ak,
            SecretRef = reference,
            IsInsecure = storage.Insecure,
        };
    }
}
