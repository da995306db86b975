using System.Globalization;
using System.Text;

namespace Milepost.Server.Channels.Email;

/// <summary>Texts as bodies: quoted-printable where most of it can be read as it stands, base64 otherwise (RFC 2045, 6.7 and 6.8). Only ASCII and CRLF come out.</summary>
internal static class BodyText
{
    private const int MaxLine = 76;

    /// <summary>The encoding's name and the encoded text, which ends with CRLF.</summary>
    public static (string Encoding, string Text) Encode(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n')
            .Select(line => Encoding.UTF8.GetBytes(string.Concat(line.Where(letter => !char.IsControl(letter) || letter == '\t')))).ToList();
        return lines.Sum(line => line.Count(letter => letter > '~')) * 3 > lines.Sum(line => line.Length)
            ? ("base64", Base64(lines))
            : ("quoted-printable", string.Concat(lines.Select(QuotedPrintable)));
    }

    private static string Base64(List<byte[]> lines) =>
        Convert.ToBase64String([.. lines.SelectMany(line => line.Concat("\r\n"u8.ToArray()))], Base64FormattingOptions.InsertLineBreaks) + "\r\n";

    private static string QuotedPrintable(byte[] line)
    {
        var text = new StringBuilder();
        var start = 0;
        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            var isLast = index == line.Length - 1;

            // Spaces at the end of a line may be cut off on the way; "From " at its beginning may get a > in a mailbox.
            var isFrom = letter == 'F' && index == 0 && line.AsSpan().StartsWith("From "u8);
            var isPlain = letter is >= (byte)' ' and <= (byte)'~' or (byte)'\t' && letter != '=' && !isFrom && !(isLast && letter is (byte)' ' or (byte)'\t');
            var width = isPlain ? 1 : 3;
            if (text.Length - start + width > MaxLine - (isLast ? 0 : 1))
            {
                text.Append("=\r\n");
                start = text.Length;
            }

            _ = isPlain ? text.Append((char)letter) : text.Append(CultureInfo.InvariantCulture, $"={letter:X2}");
        }

        return text.Append("\r\n").ToString();
    }
}
