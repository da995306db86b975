using System.Buffers.Text;
using System.Security.Cryptography;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>The signing key of an installation that was given none: made once, kept beside the data, readable by its owner only.</summary>
internal static class DevelopmentKey
{
    public const string FileName = "signing.key";
    private const int Bytes = 48;

    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);

    /// <summary>Reads the key, or makes it. Throws <see cref="InvalidDataException"/> for a file that is not a key.</summary>
    public static string ReadOrCreate(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        Directory.CreateDirectory(dataDirectory);
        if (!File.Exists(path))
        {
            Create(path);
        }

        var key = File.ReadAllText(path).Trim();
        return key.Length >= OptionRules.SigningKeyLength
            ? key
            : throw new InvalidDataException($"{path} is not a signing key of Milepost. Remove it and a new one is made; tokens signed with the old key end.");
    }

    // Written aside and then linked into place: of two processes that start together one makes the key and both read the same.
    private static void Create(string path)
    {
        var draft = $"{path}.{Environment.ProcessId}.{Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
