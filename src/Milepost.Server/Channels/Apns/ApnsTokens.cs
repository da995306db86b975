using System.Security.Cryptography;
using Milepost.Server.Channels.Push;

namespace Milepost.Server.Channels.Apns;

/// <summary>The token that tells Apple who we are: one for all pushes, 20 to 60 minutes old at most, as Apple asks.</summary>
internal sealed class ApnsTokens(ECDsa key, string keyId, string teamId, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan Life = TimeSpan.FromMinutes(40);

    /// <summary>More often Apple answers TooManyProviderTokenUpdates.</summary>
    internal static readonly TimeSpan AtMostEvery = TimeSpan.FromMinutes(20);

    private readonly Lock _gate = new();
    private string _token = "";
    private DateTimeOffset? _madeAt;

    /// <summary>Reads the key of a .p8 file. Throws <see cref="IOException"/>, <see cref="CryptographicException"/> or <see cref="ArgumentException"/>.</summary>
    public static ECDsa ReadKey(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.KeySize == 256 ? key : throw new CryptographicException("not a key on P-256");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a key file; null: nothing.</summary>
    public static string? Problem(string file)
    {
        try
        {
            ReadKey(file).Dispose();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be read";
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return $"{file} holds no private key of ES256";
        }
    }

    public string Get()
    {
        lock (_gate)
        {
            return _madeAt is { } at && time.GetUtcNow() - at < Life ? _token : Make();
        }
    }

    /// <summary>Apple says that this token has ended. False: it is too young to be replaced.</summary>
    public bool Renew(string token)
    {
        lock (_gate)
        {
            if (token != _token)
            {
                // Somebody else has renewed it meanwhile.
                return true;
            }

            if (_madeAt is { } at && time.GetUtcNow() - at < AtMostEvery)
            {
                return false;
            }

            Make();
            return true;
        }
    }

    public void Dispose() => key.Dispose();

    private string Make()
    {
        var now = time.GetUtcNow();
        _madeAt = now;
        return _token = Es256Token.Sign(key, keyId, new Dictionary<string, object>(StringComparer.Ordinal) { ["iss"] = teamId, ["iat"] = now.ToUnixTimeSeconds() });
    }
}
