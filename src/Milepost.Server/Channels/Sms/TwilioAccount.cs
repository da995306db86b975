using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Milepost.Server.Channels.Sms;

/// <summary>One entry of <c>Channels:Sms:Providers</c>: an account with Twilio, or with somebody who speaks its API. Not a record: it must not print its token.</summary>
internal sealed class TwilioAccount
{
    private TwilioAccount(Uri api, string sid, string token, string? from, string? service)
    {
        Messages = new Uri(api, $"/2010-04-01/Accounts/{Uri.EscapeDataString(sid)}/Messages.json");
        Sid = sid;
        Token = token;
        From = from;
        Service = service;
        Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{sid}:{token}")));
        Name = $"{api.Authority} ({sid[^Math.Min(4, sid.Length)..]})";
    }

    /// <summary>The host, and the end of the account's id.</summary>
    public string Name { get; }

    public Uri Messages { get; }

    public string Sid { get; }

    /// <summary>What requests are made with, and what callbacks are signed with.</summary>
    public string Token { get; }

    /// <summary>The sender: a number in E.164, or a name of up to 11 letters. Null: the service chooses.</summary>
    public string? From { get; }

    /// <summary>The messaging service. Null: <see cref="From"/> is the sender.</summary>
    public string? Service { get; }

    public AuthenticationHeaderValue Authorization { get; }

    public override string ToString() => Name;

    /// <summary>Reads an entry. Null: <paramref name="problem"/> says why, without repeating what may hold a token.</summary>
    public static TwilioAccount? Parse(string text, out string problem)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.AbsolutePath is not ("" or "/") || uri.Fragment.Length > 0)
        {
            problem = "is not understood. Write https://ACxxx:token@api.twilio.com?from=%2B4915100000000 or ?service=MGxxx; signs like @ : / in the token as %40 %3A %2F";
            return null;
        }

        var (sid, token) = uri.UserInfo.Split(':', 2) is [var user, var password] ? (Uri.UnescapeDataString(user), Uri.UnescapeDataString(password)) : ("", "");
        // A sign that stands for a blank in forms is what numbers begin with: it is not read as a blank here.
        var query = QueryHelpers.ParseQuery(uri.Query.Replace("+", "%2B", StringComparison.Ordinal));
        var (from, service) = (Value("from"), Value("service"));
        problem = uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && IsThisMachine(uri)) ? "must begin with https:// (http:// to this machine alone)"
            : sid.Length == 0 || token.Length == 0 || !sid.All(char.IsAsciiLetterOrDigit) ? "needs the account's id and token: https://ACxxx:token@..."
            : query.Keys.FirstOrDefault(key => key is not ("from" or "service")) is { } unknown ? $"has a parameter that is not known: {unknown}"
            : from is null == service is null ? "needs either from= (a number, or a name of up to 11 letters) or service= (the id of a messaging service)"
            : from is not null && !CallingCodes.IsNumber(from) && !IsName(from) ? "has a from= that is neither a number such as +4915100000000 nor a name of up to 11 letters"
            : service is not null && !service.All(char.IsAsciiLetterOrDigit) ? "has a service= that is not the id of one"
            : "";
        return problem.Length > 0 ? null : new TwilioAccount(uri, sid, token, from, service);

        string? Value(string key) => query.TryGetValue(key, out var values) && values is [{ Length: > 0 } value] ? value : null;
    }

    private static bool IsThisMachine(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // An alphanumeric sender id: letters, digits and blanks, not digits alone.
    private static bool IsName(string text) => text.Length <= 11 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == ' ') && text.Any(char.IsAsciiLetter);
}
