using System.Globalization;
using System.Security.Cryptography;
using Kiln.Buckets;
using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;
using Kiln.Runner.Phases;
using Kiln.Runner.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Kiln.Runner.Steps.Uploads;

/// <summary>Copies files of the workspace to an object storage. A file that is there already is replaced.</summary>
internal sealed class UploadStep(RunScope run, PlannedUpload upload)
{
    private const int ShownFiles = 50;
    private const int RecordedFiles = 200;

    private int _files;
    private long _bytes;

    public async Task<StepResult> RunAsync()
    {
        var begin = run.Place.Clock.GetTimestamp();
        var storage = upload.Storage;
        using var bucket = new Bucket(new BucketAddress(
            storage.Endpoint, storage.Bucket, storage.Region, storage.AccessKey, run.Secret(storage.SecretRef), storage.IsInsecure));
        try
        {
            foreach (var rule in upload.Rules)
            {
                if (await TakeAsync(bucket, rule) is { } failed)
                {
                    return failed;
                }
            }
        }
        catch (OperationCanceledException) when (run.Stop.Token.IsCancellationRequested)
        {
            return new StepResult.Stopped();
        }
        catch (BucketException trouble)
        {
            return UploadFailure.Of(storage.Name, trouble);
        }
        var seconds = run.Place.Clock.GetElapsedTime(begin).TotalSeconds;
        await run.SayAsync(string.Create(CultureInfo.InvariantCulture,
            $"uploaded {_files} {(_files == 1 ? "file" : "files")}, {_bytes} bytes in {seconds:0.000} s, to {storage.Name}"));
        return new StepResult.Passed();
    }

    private async Task<StepResult.Failed?> TakeAsync(Bucket bucket, PlannedUploadRule rule)
    {
        var files = UploadFiles.Of(
            run.Directory.Workspace, upload.Storage.Subfolder, rule, ScriptEnvironment.PublicWithOutputs(run));
        switch (files)
        {
            case UploadFiles.Missing missing:
                return new(RunReason.UploadMissing, missing.Message);
            case UploadFiles.Refused refused:
                return new(RunReason.UploadFailed, refused.Message);
        }
        foreach (var file in ((UploadFiles.Found)files).Files.Where(file => !run.Record.HasArtifact(file.Key)))
        {
            switch (WorkspaceFile.Open(run.Directory.Workspace, file.Path))
            {
                case WorkspaceFile.Opened opened:
                    using (opened.Handle)
                    {
                        if (await PutAsync(bucket, file, opened.Handle) is { } failed)
                        {
                            return failed;
                        }
                    }
                    break;
                case WorkspaceFile.Refused refused:
                    return new(RunReason.UploadFailed, $"$WORKSPACE/{file.Path} {refused.Message}.");
                default:
                    return new(RunReason.UploadMissing, $"$WORKSPACE/{file.Path} went away while files were uploaded.");
            }
        }
        return null;
    }

    private async Task<StepResult.Failed?> PutAsync(Bucket bucket, UploadFile file, SafeFileHandle handle)
    {
        var size = RandomAccess.GetLength(handle);
        try
        {
            string sha256;
            await using (var content = new FileSlice(handle, size))
            {
                sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, run.Stop.Token));
            }
            await bucket.PutAsync(file.Key, BucketContent.Of(handle, size, sha256), run.Stop.Token);
            await TellAsync(new RunArtifact(file.Key, "file", size, sha256, Url: bucket.Address.UrlOf(file.Key)), file.Path);
            return null;
        }
        catch (Exception trouble) when (trouble is IOException or BucketException && RandomAccess.GetLength(handle) != size)
        {
            return new(RunReason.UploadFailed, $"$WORKSPACE/{file.Path} changed while it was uploaded.");
        }
        catch (IOException trouble)
        {
            return new(RunReason.UploadFailed, $"$WORKSPACE/{file.Path} cannot be read: {trouble.Message}.");
        }
    }

    private async Task TellAsync(RunArtifact artifact, string path)
    {
        _files++;
        _bytes += artifact.Size;
        if (_files <= ShownFiles)
        {
            await run.SayAsync($"uploaded {path} to {artifact.Path}, {artifact.Size} bytes, sha256 {artifact.Sha256}");
        }
        // A run's record is read as one piece: what is beyond is in the storage and in the sum.
        if (_files <= RecordedFiles)
        {
            run.Record.ArtifactStored(artifact);
        }
    }
}
