using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Milepost.Processes;

/// <summary>The signals that tests send, by their numbers on Linux.</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class Signals
{
    /// <summary>Sends a signal to one process. .NET itself can only kill.</summary>
    public static void Send(int process, Signal signal)
    {
        if (Kill(process, (int)signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{signal} could not be sent to process {process}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
