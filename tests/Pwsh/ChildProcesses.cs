using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Litestream.Pwsh;

/// <summary>Asks the kernel (Linux, x64) to refuse this process any child, by a seccomp filter on all its threads; threads stay allowed.</summary>
internal static unsafe partial class ChildProcesses
{
    private const int SetNoNewPrivileges = 38;
    private const nint Seccomp = 317;
    private const nint SetModeFilter = 1;
    private const nint OnAllThreads = 1;

    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfSet = 0x45;
    private const ushort Return = 0x06;

    private const uint Clone = 56;
    private const uint Fork = 57;
    private const uint Vfork = 58;
    private const uint Clone3 = 435;
    private const uint NumberOffset = 0;
    private const uint FirstArgumentOffset = 16;
    private const uint CloneThread = 0x10000;

    private const uint Allowed = 0x7fff0000;
    private const uint NotPermitted = 0x50001;
    private const uint NotThere = 0x50026; // the C library then asks with clone, whose flags a filter can see

    /// <summary>From here on no thread of this process gets a child.</summary>
    public static void Forbid()
    {
        Instruction[] filter =
        [
            new(Load, 0, 0, NumberOffset),
            new(JumpIfEqual, 6, 0, Fork),
            new(JumpIfEqual, 5, 0, Vfork),
            new(JumpIfEqual, 5, 0, Clone3),
            new(JumpIfEqual, 0, 2, Clone),
            new(Load, 0, 0, FirstArgumentOffset),
            new(JumpIfSet, 0, 1, CloneThread),
            new(Return, 0, 0, Allowed),
            new(Return, 0, 0, NotPermitted),
            new(Return, 0, 0, NotThere),
        ];
        fixed (Instruction* first = filter)
        {
            var program = new FilterProgram((ushort)filter.Length, first);
            if (Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0 || SystemCall(Seccomp, SetModeFilter, OnAllThreads, &program) != 0)
                throw new Win32Exception();
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint value, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint operation, nint flags, FilterProgram* program);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte whenTrue, byte whenFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte WhenTrue = whenTrue;
        public readonly byte WhenFalse = whenFalse;
        public readonly uint Value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FilterProgram(ushort length, Instruction* first)
    {
        public readonly ushort Length = length;
        public readonly Instruction* First = first;
    }
}
