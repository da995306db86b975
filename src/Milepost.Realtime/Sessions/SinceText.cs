using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>The <c>since</c> of a request, read once for all its streams.</summary>
public readonly record struct SinceText(Cursor? Cursor, bool Earliest)
{
    /// <summary>Reads it. False: it is neither absent, nor <c>earliest</c>, nor a cursor.</summary>
    public static bool TryParse(string? text, out SinceText since)
    {
        since = new SinceText(null, text == "earliest");
        if (string.IsNullOrEmpty(text) || since.Earliest)
        {
            return true;
        }

        if (!Cursor.TryParse(text, out var cursor))
        {
            return false;
        }

        since = new SinceText(cursor, Earliest: false);
        return true;
    }

    /// <summary>Where one stream starts. A stream that the cursor does not mention starts from now on.</summary>
    public Since For(string label)
    {
        if (Earliest)
        {
            return Since.Earliest.Instance;
        }

        return Cursor?.PositionOf(label) is { } position ? new Since.Behind(position) : Since.Latest.Instance;
    }
}
