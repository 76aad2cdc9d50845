using Kiln.Contracts.Plans;

namespace Kiln.Server.Explanations;

/// <summary>Says what a step would do.</summary>
internal static class StepWords
{
    /// <summary>A line for each thing; nothing secret is in a plan, so nothing is here.</summary>
    public static IReadOnlyList<string> Of(PlannedStep step, RunPlan plan) => step switch
    {
        PlannedStep.HostDocker => ["make sure that the host's docker daemon answers, for the scripts to use"],
        PlannedStep.Checkout => [.. plan.Repos.Select(Checkout)],
        PlannedStep.Installs installs => [.. installs.Packages.Select(Install)],
        PlannedStep.CacheRestore cache => [$"bring back {Cache(cache.Cache)}"],
        PlannedStep.CacheSave cache => [$"keep {Cache(cache.Cache)} when every step has passed"],
        PlannedStep.Script script => [$"run the build script ({script.Kind}, {Lines(script.Body)})"],
        PlannedStep.PostScript script => [$"run the post-build script ({Lines(script.Body)})"],
        PlannedStep.Image image => [.. Image(image.Build)],
        PlannedStep.FileArchive archive => [$"keep $WORKSPACE/{archive.Location.Trim('/')}/$PKG_FILE"],
        PlannedStep.Upload upload => [.. upload.Files.Rules.Select(rule => Upload(upload.Files.Storage, rule))],
        PlannedStep.Reports reports => [.. reports.Junit.Select(pattern => $"read JUnit reports {pattern}, also after a failure")],
        _ => [],
    };

    private static string Checkout(PlannedRepo repo)
    {
        var merged = repo.Merges.Count == 0 ? "" : $", merge {string.Join(", ", repo.Merges.Select(merge => merge.Label))} into it";
        return $"fetch {repo.Base.Label} of {repo.Url} into {repo.Directory}{merged}";
    }

    private static string Install(PlannedPackage package) =>
        $"install {package.Name} {package.Version}{(package.Url.Length == 0 ? "" : $" from {package.Url}")}";

    private static string Cache(PlannedCache cache)
    {
        var what = PlannedCache.IsWorkspace(cache.Directory) ? "the workspace" : cache.Directory;
        var key = cache.Key.Length == 0 ? "" : $" under the key {cache.Key}";
        return cache.RestoreKeys.Count == 0 ? $"{what}{key}" : $"{what}{key} (else {string.Join(", ", cache.RestoreKeys)})";
    }

    private static IEnumerable<string> Image(PlannedImage image)
    {
        var file = image.DockerfileText is null ? image.Dockerfile : "a template's Dockerfile";
        yield return $"build $IMAGE from {file} in {(image.Context.Length == 0 ? "$WORKSPACE" : image.Context)}"
            + $" {(image.WantsBuildKit ? "with" : "without")} BuildKit, with what the host has";
        if (image.Arguments.Length > 0)
        {
            yield return $"with {image.Arguments}";
        }
        if (image.Platforms.Length > 0)
        {
            yield return $"for {image.Platforms}";
        }
        yield return image.Tags.Count == 0 ? "push it" : $"push it, tagged {string.Join(", ", image.Tags)} too";
    }

    private static string Upload(PlannedStorage storage, PlannedUploadRule rule)
    {
        var place = string.Join('/', new[] { storage.Bucket, storage.Subfolder, rule.Destination }
            .Select(static part => part.Trim('/')).Where(static part => part.Length > 0));
        return $"upload {rule.Source} to {storage.Name} ({place}/)";
    }

    private static string Lines(string script) =>
        script.AsSpan().TrimEnd('\n').Count('\n') + 1 is var lines and not 1 ? $"{lines} lines" : "1 line";
}
