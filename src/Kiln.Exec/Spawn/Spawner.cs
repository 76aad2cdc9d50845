using System.Runtime.InteropServices;
using System.Text;
using Kiln.Exec.Interop;

namespace Kiln.Exec.Spawn;

/// <summary>
/// posix_spawn: leader of a new session, no signal ignored and none blocked that was not asked for, nothing open but stdin, stdout and stderr.
/// </summary>
internal static unsafe class Spawner
{
    // Larger than glibc's and musl's posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t.
    private const int OpaqueSize = 512;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;
    private const int ETooBig = 7;
    private const int ENoExec = 8;

    public static SpawnOutcome Start(SpawnRequest request)
    {
        if (!Directories.Exists(request.WorkingDirectory))
        {
            return new SpawnOutcome.Refused($"the working directory {request.WorkingDirectory} does not exist");
        }

        var program = ProgramLookup.Find(request.Argv[0], request.Environment, request.WorkingDirectory);
        if (program is null)
        {
            return new SpawnOutcome.Refused(request.Argv[0].Contains('/')
                ? $"{request.Argv[0]} is not an executable file"
                : $"{request.Argv[0]} was not found on PATH");
        }

        using var argv = new NativeStrings(request.Argv);
        using var environment = new NativeStrings(Assignments(request.Environment));
        var error = Spawn(program, argv.Pointer, environment.Pointer, request, out var pid);
        return error switch
        {
            0 => new SpawnOutcome.Running(pid),
            ETooBig => new SpawnOutcome.Refused(
                $"the arguments and environment of {program} are too large for the kernel (128 KiB a value)"),
            ENoExec => new SpawnOutcome.Refused($"{program} has no format that this machine can execute"),
            _ => new SpawnOutcome.Refused($"{program} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    private static int Spawn(string program, byte** argv, byte** environment, SpawnRequest request, out int pid)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];

        Libc.AttributesInit(attributes);
        Libc.AttributesFlags(attributes, SetSession | SetSignalMask | SetSignalDefaults);
        Libc.EmptySet(signals);
        if (request.Blocked > 0)
        {
            _ = Libc.AddSignal(signals, request.Blocked);
        }

        Libc.AttributesMask(attributes, signals);
        Libc.FullSet(signals);
        Libc.AttributesDefaults(attributes, signals);

        Libc.ActionsInit(actions);
        Libc.ActionsDuplicate(actions, request.Stdin, 0);
        Libc.ActionsDuplicate(actions, request.Stdout, 1);
        Libc.ActionsDuplicate(actions, request.Stderr, 2);
        Libc.ActionsCloseFrom(actions, 3);
        Libc.ActionsChangeDirectory(actions, request.WorkingDirectory);

        var error = Libc.Spawn(out pid, program, actions, attributes, argv, environment);
        Libc.ActionsDestroy(actions);
        Libc.AttributesDestroy(attributes);
        return error;
    }

    private static List<string> Assignments(IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        // A process that gets a name twice sees either; give it the last one only.
        var last = new Dictionary<string, string>(environment.Count);
        foreach (var (name, value) in environment)
        {
            last[name] = value;
        }

        var assignments = new List<string>(last.Count);
        foreach (var (name, value) in last)
        {
            assignments.Add(name + "=" + value);
        }

        return assignments;
    }

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var size = Encoding.UTF8.GetByteCount(strings[i]);
                var copy = (byte*)NativeMemory.Alloc((nuint)size + 1);
                Encoding.UTF8.GetBytes(strings[i], new Span<byte>(copy, size));
                copy[size] = 0;
                Pointer[i] = copy;
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }
}
