using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace Milepost.Server.Api;

/// <summary>Reads what lists have in common. A false answer means that the parameter cannot be used; it is never guessed.</summary>
internal static class ListParameters
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    public static bool TryLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit);
    }

    public static bool TryBool(string? text, out bool? value)
    {
        value = text switch { "true" => true, "false" => false, _ => null };
        return text is null || value is not null;
    }

    /// <summary>A place in a list as it goes over the wire.</summary>
    public static string Cursor(long place)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryCursor(string? text, out long? place)
    {
        place = null;
        if (text is null)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[8];
        if (text.Length != 11 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != 8)
        {
            return false;
        }

        place = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return true;
    }
}
