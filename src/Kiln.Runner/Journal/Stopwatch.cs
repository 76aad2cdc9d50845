using System.Globalization;

namespace Kiln.Runner.Journal;

/// <summary>
/// How long an attempt has been going, for a runner that may not be the first: by the clock that only runs forward, kept in
/// the run directory with the boot it belongs to. The wall clock may be set while a run is under way; its limit must not move.
/// </summary>
internal static class Stopwatch
{
    /// <summary>Milliseconds since the first call for <paramref name="file"/>.</summary>
    /// <param name="file">Made by the first call.</param>
    /// <param name="otherwise">What it was by the wall clock, for when the machine has been started anew since.</param>
    public static long Elapsed(string file, long otherwise)
    {
        var now = Environment.TickCount64;
        if (!File.Exists(file))
        {
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"{now} {MachineBoot.Id}"));
            return otherwise;
        }
        return File.ReadAllText(file).Split(' ') is [var began, var sameBoot] && sameBoot == MachineBoot.Id
            && long.TryParse(began, NumberStyles.None, CultureInfo.InvariantCulture, out var then)
                ? now - then
                : otherwise;
    }
}
