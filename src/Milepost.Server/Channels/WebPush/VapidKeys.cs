using System.Buffers.Text;
using System.Security.Cryptography;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.WebPush;

/// <summary>The pair of keys that browsers and push services know this installation by (RFC 8292). Subscriptions are bound to it.</summary>
internal sealed class VapidKeys
{
    public const string FileName = "vapid.key";

    private VapidKeys(ECDsa key)
    {
        Key = key;
        PublicKey = Base64Url.EncodeToString(P256.Write(key.ExportParameters(includePrivateParameters: false).Q));
    }

    /// <summary>For signing.</summary>
    public ECDsa Key { get; }

    /// <summary>Uncompressed, base64url, as browsers take it (<c>applicationServerKey</c>).</summary>
    public string PublicKey { get; }

    /// <summary>Null: not a private key.</summary>
    public static VapidKeys? Parse(string privateKey) => P256.ReadPrivate(privateKey) is { } parameters ? new VapidKeys(ECDsa.Create(parameters)) : null;

    /// <summary>Reads the pair of the data directory, or makes it. Throws <see cref="InvalidDataException"/> for a file that holds none.</summary>
    public static VapidKeys ReadOrCreate(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, FileName);
        return Parse(SecretFile.ReadOrCreate(path, Make))
            ?? throw new InvalidDataException($"{path} is not a VAPID key of Milepost. Remove it and a new pair is made; browsers must subscribe again then.");
    }

    /// <summary>A new private key.</summary>
    public static string Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Base64Url.EncodeToString(key.ExportParameters(includePrivateParameters: true).D);
    }
}
