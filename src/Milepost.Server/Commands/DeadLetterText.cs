using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Milepost.Core.DeadLetters;
using Milepost.Protocol;

namespace Milepost.Server.Commands;

/// <summary>A dead letter as text for a person.</summary>
internal static class DeadLetterText
{
    public static string Of(DeadLetter letter)
    {
        var text = new StringBuilder();
        Line("id", letter.Place.ToString(CultureInfo.InvariantCulture));
        Line("message", string.Create(CultureInfo.InvariantCulture, $"{letter.Message.Topic}, partition {letter.Message.Partition}, offset {letter.Message.Offset}"));
        Line("sent", Rfc3339.Format(letter.Message.Time));
        Line("received", Rfc3339.Format(letter.ReceivedAt));
        Line("tenant", letter.Tenant.Length > 0 ? letter.Tenant : "not known");
        Line("reason", letter.Reason.Field is null ? letter.Reason.Code : $"{letter.Reason.Code} ({letter.Reason.Field})");
        Line("detail", letter.Reason.Detail);
        Line("state", letter.State.ToString().ToLowerInvariant() + (letter.TriedAt is { } tried ? $", tried again {Rfc3339.Format(tried)}" : ""));
        Line("key", Readable(letter.Message.Key));
        foreach (var header in letter.Message.Headers)
        {
            Line("header", $"{Visible(header.Name)}: {Readable(header.Value)}");
        }

        Line("value", Readable(letter.Message.Value));
        return text.ToString().TrimEnd();

        void Line(string name, string value) => text.Append(name.PadRight(10)).Append(value).Append('\n');
    }

    private static string Readable(byte[]? bytes) => bytes switch
    {
        null => "(none)",
        [] => "(empty)",
        _ when Utf8.IsValid(bytes) => Visible(Encoding.UTF8.GetString(bytes)),
        _ => $"(base64) {Convert.ToBase64String(bytes)}",
    };

    // What a stranger sent must not move the cursor of the terminal that shows it.
    private static string Visible(string text) => string.Concat(text.Select(letter => char.IsControl(letter) && letter != '\n' && letter != '\t' ? '\ufffd' : letter));
}
