using System.Security.Cryptography;
using System.Text;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Sms;

/// <summary>Where providers tell what became of an SMS, and whether it is they who do.</summary>
internal sealed class SmsCallback
{
    public const string DeliveryParameter = "delivery";

    private readonly string? _base;
    private readonly ILookup<string, string> _tokens;

    public SmsCallback(GatewayOptions gateway, SmsOptions options)
    {
        _base = gateway.PublicUrl.Length > 0 ? gateway.PublicUrl.TrimEnd('/') : null;
        _tokens = options.Providers.Select(entry => TwilioAccount.Parse(entry, out _)).OfType<TwilioAccount>().ToLookup(account => account.Sid, account => account.Token, StringComparer.Ordinal);
    }

    /// <summary>Null: nobody can call us, for we do not know our own address (<c>Gateway:PublicUrl</c>).</summary>
    public string? For(string tenant, string delivery) =>
        _base is null ? null : $"{_base}/api/v1/{Uri.EscapeDataString(tenant)}/feedback/sms?{DeliveryParameter}={Uri.EscapeDataString(delivery)}";

    /// <summary>Whether one of our accounts has signed this request (X-Twilio-Signature). The address is part of what is signed, and with it the tenant.</summary>
    /// <param name="pathAndQuery">As they were requested, not decoded.</param>
    /// <param name="account">What the form says.</param>
    /// <param name="form">All fields.</param>
    /// <param name="signature">The header.</param>
    public bool IsSigned(string pathAndQuery, string account, IEnumerable<KeyValuePair<string, string>> form, string signature)
    {
        if (_base is null)
        {
            return false;
        }

        var fields = form.ToList();
        var given = Encoding.UTF8.GetBytes(signature);
        return _tokens[account].Any(token => CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Sign(token, _base + pathAndQuery, fields))));
    }

    /// <summary>Twilio's signature: base64(hmac-sha1(token, address + each field's name and value, sorted by name)).</summary>
    public static string Sign(string token, string address, IEnumerable<KeyValuePair<string, string>> form)
    {
        var signed = new StringBuilder(address);
        foreach (var (name, value) in form.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            signed.Append(name).Append(value);
        }

#pragma warning disable CA5350 // The algorithm is Twilio's; HMAC does not need a hash without collisions.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(signed.ToString())));
#pragma warning restore CA5350
    }
}
