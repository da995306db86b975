using System.Text;

namespace Milepost.Realtime.Transports;

/// <summary>Puts a frame's text together.</summary>
internal static class FrameText
{
    private static ReadOnlySpan<byte> LabelStart => ",\"stream\":\""u8;

    private static ReadOnlySpan<byte> CursorStart => ",\"cursor\":\""u8;

    public static int Length(ReadOnlySpan<byte> body, string? label, string? cursor) =>
        body.Length + 1 + (label is null ? 0 : LabelStart.Length + label.Length + 1) + (cursor is null ? 0 : CursorStart.Length + cursor.Length + 1);

    /// <summary>Writes exactly <see cref="Length"/> bytes. Labels and cursors are ASCII (see Identifiers).</summary>
    public static void Write(Span<byte> target, ReadOnlySpan<byte> body, string? label, string? cursor)
    {
        body.CopyTo(target);
        target = target[body.Length..];
        target = Quoted(target, LabelStart, label);
        target = Quoted(target, CursorStart, cursor);
        target[0] = (byte)'}';
    }

    private static Span<byte> Quoted(Span<byte> target, ReadOnlySpan<byte> start, string? text)
    {
        if (text is null)
        {
            return target;
        }

        start.CopyTo(target);
        var end = start.Length + Encoding.ASCII.GetBytes(text, target[start.Length..]);
        target[end] = (byte)'"';
        return target[(end + 1)..];
    }
}
