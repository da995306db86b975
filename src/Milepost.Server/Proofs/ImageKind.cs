namespace Milepost.Server.Proofs;

/// <summary>Says what a picture is by its first bytes, whatever its sender calls it. Only pictures that cannot hold a program are known here.</summary>
internal static class ImageKind
{
    /// <summary>As many bytes are needed to tell.</summary>
    public const int Head = 32;

    public const string Jpeg = "image/jpeg";
    public const string Png = "image/png";
    public const string WebP = "image/webp";
    public const string Avif = "image/avif";

    // ISO/IEC 14496-12, 4.3: size, "ftyp", major brand, minor version, compatible brands.
    private const int MajorBrand = 8;
    private const int CompatibleBrands = 16;

    /// <summary>The content type; null: none of them.</summary>
    public static string? Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]))
        {
            return Jpeg;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]))
        {
            return Png;
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8))
        {
            return WebP;
        }

        return head.Length >= CompatibleBrands && head[4..8].SequenceEqual("ftyp"u8) && IsAvif(head) ? Avif : null;
    }

    private static bool IsAvif(ReadOnlySpan<byte> head)
    {
        for (var at = MajorBrand; at + 4 <= head.Length; at += 4)
        {
            if (at != MajorBrand + 4 && (head.Slice(at, 4).SequenceEqual("avif"u8) || head.Slice(at, 4).SequenceEqual("avis"u8)))
            {
                return true;
            }
        }

        return false;
    }
}
