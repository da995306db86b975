using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Milepost.LoadTest;

/// <summary>Signs JWTs (RFC 7519) with HS256, as the server's own key allows: the tool needs one per connection.</summary>
internal sealed class TokenSigner(string key, string tenant, DateTimeOffset expires)
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public string Sign(string subject, string? scope = null)
    {
        var scopes = scope is null ? "" : $",\"scope\":{Quoted(scope)}";
        var payload = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $"{{\"sub\":{Quoted(subject)},\"tenant\":{Quoted(tenant)},\"exp\":{expires.ToUnixTimeSeconds()}{scopes}}}"));
        var signed = $"{Header}.{payload}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
