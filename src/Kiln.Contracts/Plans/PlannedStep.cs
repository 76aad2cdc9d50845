using System.Text.Json.Serialization;

namespace Kiln.Contracts.Plans;

/// <summary>A step of a run. The family grows by a derived record and a runner for it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(HostDocker), "docker")]
[JsonDerivedType(typeof(Checkout), "checkout")]
[JsonDerivedType(typeof(Installs), "installs")]
[JsonDerivedType(typeof(CacheRestore), "cache_restore")]
[JsonDerivedType(typeof(CacheSave), "cache_save")]
[JsonDerivedType(typeof(Image), "image")]
[JsonDerivedType(typeof(Script), "script")]
[JsonDerivedType(typeof(PostScript), "post_script")]
[JsonDerivedType(typeof(FileArchive), "file_archive")]
[JsonDerivedType(typeof(Upload), "upload")]
[JsonDerivedType(typeof(Reports), "reports")]
public abstract record PlannedStep
{
    private PlannedStep() { }

    /// <summary>Name of the step in API and log, unique in a run.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>True: it is taken also when a step before it has failed (and is not when the run was stopped).</summary>
    [JsonIgnore]
    public virtual bool IsTakenAfterFailure => false;

    /// <summary>True: what it did is in the workspace, or out in the world, so an attempt that goes on in that workspace need not do it
    /// again. False: it is about the host or the attempt itself, and is taken each time.</summary>
    [JsonIgnore]
    public virtual bool OutlivesItsAttempt => false;

    /// <summary>Makes sure that the host's docker daemon answers; the scripts then get its address.</summary>
    public sealed record HostDocker : PlannedStep
    {
        public override string Name => "docker";
    }

    /// <summary>Checks out every <see cref="RunPlan.Repos"/>.</summary>
    public sealed record Checkout : PlannedStep
    {
        public override string Name => "checkout";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>Puts packages at the script's disposal, in order.</summary>
    /// <param name="Packages">What the catalogue said when the run was planned.</param>
    public sealed record Installs(IReadOnlyList<PlannedPackage> Packages) : PlannedStep
    {
        public override string Name => "installs";
    }

    /// <summary>Brings back what an earlier run kept; that there is nothing is no failure.</summary>
    public sealed record CacheRestore(PlannedCache Cache) : PlannedStep
    {
        public override string Name => "cache_restore";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>Keeps a directory for later runs; only behind steps that all passed.</summary>
    public sealed record CacheSave(PlannedCache Cache) : PlannedStep
    {
        public override string Name => "cache_save";
    }

    /// <summary>Builds a container image and pushes it.</summary>
    public sealed record Image(PlannedImage Build) : PlannedStep
    {
        public override string Name => "image";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>The build script; its exit code is the run's.</summary>
    /// <param name="Kind"><c>shell</c>, <c>batch_file</c> or <c>powershell</c>.</param>
    /// <param name="Body">The script as the definition has it.</param>
    public sealed record Script(string Kind, string Body) : PlannedStep
    {
        public override string Name => "script";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>The post-build shell script.</summary>
    /// <param name="Body">The script.</param>
    public sealed record PostScript(string Body) : PlannedStep
    {
        public override string Name => "post_script";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>Keeps one file as the run's package.</summary>
    /// <param name="Location">Directory below the workspace, variables not yet expanded; the file in it is the output <c>PKG_FILE</c>.</param>
    public sealed record FileArchive(string Location) : PlannedStep
    {
        public override string Name => "archive";
    }

    /// <summary>Copies files to an object storage.</summary>
    /// <param name="Files">What goes where.</param>
    public sealed record Upload(PlannedUpload Files) : PlannedStep
    {
        public override string Name => "upload";

        public override bool OutlivesItsAttempt => true;
    }

    /// <summary>Reads test reports; never fails a run.</summary>
    /// <param name="Junit">Patterns of JUnit files below the workspace, variables not yet expanded.</param>
    public sealed record Reports(IReadOnlyList<string> Junit) : PlannedStep
    {
        public override string Name => "reports";

        public override bool IsTakenAfterFailure => true;
    }
}
