using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Sms;

/// <summary>What kind of mistake a code of Twilio's is (twilio.com/docs/api/errors).</summary>
internal enum TwilioMeaning
{
    /// <summary>The message is not accepted; another one may be.</summary>
    Refused,

    /// <summary>The number does not exist, takes no SMS, or its owner has opted out.</summary>
    NumberDead,

    /// <summary>Not at the moment.</summary>
    Later,

    /// <summary>Our account or sender is not good: nothing is said against the message.</summary>
    Account,
}

/// <summary>What Twilio's answers and error codes mean.</summary>
internal static class TwilioTable
{
    private static readonly Dictionary<int, TwilioMeaning> Codes = new()
    {
        [14107] = TwilioMeaning.Later, // message rate
        [20003] = TwilioMeaning.Account, // credentials
        [20005] = TwilioMeaning.Account, // account not active
        [20429] = TwilioMeaning.Later, // too many requests
        [21211] = TwilioMeaning.NumberDead, // not a number
        [21212] = TwilioMeaning.Account, // the sender is not a number
        [21214] = TwilioMeaning.NumberDead, // cannot be reached
        [21217] = TwilioMeaning.NumberDead, // not a number
        [21408] = TwilioMeaning.Refused, // the account may not send to the country
        [21603] = TwilioMeaning.Account, // no sender
        [21606] = TwilioMeaning.Account, // the sender is not ours
        [21610] = TwilioMeaning.NumberDead, // opted out
        [21611] = TwilioMeaning.Later, // the sender's queue is full
        [21612] = TwilioMeaning.Refused, // no route between the two
        [21614] = TwilioMeaning.NumberDead, // not a mobile
        [21617] = TwilioMeaning.Refused, // too long
        [21703] = TwilioMeaning.Account, // the service has no sender
        [30001] = TwilioMeaning.Later, // queue overflow
        [30002] = TwilioMeaning.Account, // account suspended
        [30003] = TwilioMeaning.Refused, // switched off or out of reach
        [30004] = TwilioMeaning.NumberDead, // blocked by the number's owner or carrier
        [30005] = TwilioMeaning.NumberDead, // unknown to its carrier
        [30006] = TwilioMeaning.NumberDead, // a landline
        [30007] = TwilioMeaning.Refused, // filtered as spam
        [30008] = TwilioMeaning.Refused, // unknown
        [63038] = TwilioMeaning.Later, // the account's limit of a day
    };

    /// <summary>Null: not a code with a meaning of its own.</summary>
    public static TwilioMeaning? MeaningOf(int code) => Codes.TryGetValue(code, out var meaning) ? meaning : null;

    public static SendAnswer Of(OutgoingAnswer answer, TimeProvider time) => answer switch
    {
        OutgoingAnswer.Answered answered => Of(answered, time),
        OutgoingAnswer.AddressRefused => new SendAnswer.Down(OutgoingAnswer.AddressRefused.Text),
        OutgoingAnswer.NotReached away => new SendAnswer.Down(away.Reason),
        OutgoingAnswer.Lost lost => new SendAnswer.Unknown(lost.Reason),
        _ => throw new UnreachableException(),
    };

    private static SendAnswer Of(OutgoingAnswer.Answered answered, TimeProvider time)
    {
        var status = (int)answered.Status;
        var body = TwilioReply.Read(answered.Body);
        var text = string.Create(CultureInfo.InvariantCulture, $"{status} {(body.Code is { } number ? $"{number} " : "")}{body.Message}").Trim();
        var after = answered.RetryAfter(time);
        if (status is >= 200 and < 300)
        {
            return new SendAnswer.Taken(text, body.Sid);
        }

        if (status is >= 400 and < 500 && body.Code is { } code && MeaningOf(code) is { } meaning)
        {
            return meaning switch
            {
                TwilioMeaning.Refused => new SendAnswer.Refused(text),
                TwilioMeaning.NumberDead => new SendAnswer.AddressDead(text),
                TwilioMeaning.Later => new SendAnswer.Later(text, after),
                TwilioMeaning.Account => new SendAnswer.Down(text),
                _ => throw new UnreachableException(),
            };
        }

        return status switch
        {
            // 404: there is no such account. A redirect: this is not the API.
            401 or 403 or 404 or (>= 300 and < 400) => new SendAnswer.Down(text),
            408 or 429 => new SendAnswer.Later(text, after),
            // A gateway that heard nothing usable from behind it: what stands there may have taken the message.
            502 or 504 => new SendAnswer.Unknown(text),
            >= 500 => new SendAnswer.Later(text, after),
            _ => new SendAnswer.Refused(text),
        };
    }
}

/// <summary>The body of an answer, as far as it is one of the API's.</summary>
internal sealed record TwilioReply(string? Sid, int? Code, string? Message)
{
    private static readonly TwilioReply Nothing = new(null, null, null);

    public static TwilioReply Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return Nothing;
            }

            var code = Property(document, "code") ?? Property(document, "error_code");
            return new TwilioReply(
                Text(Property(document, "sid")), code is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null,
                Text(Property(document, "message")) ?? Text(Property(document, "status")));
        }
        catch (JsonException)
        {
            // The status has to do.
            return Nothing;
        }
    }

    private static JsonElement? Property(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array) ? value : null;

    private static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
