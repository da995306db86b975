using System.Buffers.Text;
using System.Security.Cryptography;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>The signing key of an installation that was given none: made once and kept in the data directory.</summary>
internal static class DevelopmentKey
{
    public const string FileName = "signing.key";
    private const int Bytes = 48;

    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);

    /// <summary>Reads the key, or makes it. Throws <see cref="InvalidDataException"/> for a file that is not a key.</summary>
    public static string ReadOrCreate(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        var key = SecretFile.ReadOrCreate(path, () => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
        return key.Length >= OptionRules.SigningKeyLength
            ? key
            : throw new InvalidDataException($"{path} is not a signing key of Milepost. Remove it and a new one is made; tokens signed with the old key end.");
    }
}
