using Kiln.Contracts.Exec;

namespace Kiln.Runner.Spawning;

/// <summary>The few variables of an agent's environment that exec itself is given.</summary>
public static class ExecEnvironment
{
    /// <summary>The spool's bounds, and where .NET is for an exec that was not compiled ahead of time.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(Func<string, string?> environment)
    {
        string[] names = [ExecProtocol.SpoolLimitVariable, ExecProtocol.SpoolDiskVariable, "DOTNET_ROOT"];
        return
        [
            .. names.Select(name => KeyValuePair.Create(name, environment(name) ?? ""))
                .Where(static entry => entry.Value.Length > 0),
        ];
    }
}
