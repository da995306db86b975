using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Milepost.Server.Settings;

/// <summary>A secret that the server made for itself: kept beside the data, readable by its owner only.</summary>
internal static class SecretFile
{
    /// <summary>Reads the secret, or makes it.</summary>
    public static string ReadOrCreate(string path, Func<string> make)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            Create(path, make());
        }

        return File.ReadAllText(path).Trim();
    }

    // Written aside and then linked into place: of two processes that start together one makes the secret and both read the same.
    private static void Create(string path, string secret)
    {
        var draft = $"{path}.{Environment.ProcessId}.{Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(secret);
        }

        try
        {
            Place(draft, path);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Gives the file its name unless another one has it. On Unix <see cref="File.Move(string, string)"/> looks first and renames then: the second of two would win.</summary>
    private static void Place(string draft, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(draft, path) != 0 && !File.Exists(path))
            {
                throw new IOException($"{path} could not be made: {Marshal.GetLastPInvokeErrorMessage()}.");
            }

            return;
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other one was first.
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);
}
