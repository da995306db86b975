namespace Milepost.Protocol;

/// <summary>Which names the protocol accepts. They stand in paths, stream names and cursors, so their letters are few.</summary>
public static class Identifiers
{
    /// <summary>The longest id of an order or a customer.</summary>
    public const int MaxLength = 128;

    /// <summary>What an id may consist of, for error texts.</summary>
    public const string Rule = "1 to 128 characters out of A-Z a-z 0-9 . _ ~ : @ | + = -";

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@|+=-");

    private static readonly System.Buffers.SearchValues<char> TenantLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether <paramref name="id"/> can name an order or a customer.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) => id.Length is > 0 and <= MaxLength && !id.ContainsAnyExcept(Letters);

    /// <summary>Whether <paramref name="tenant"/> can name a tenant: 1 to 63 characters out of a-z 0-9 -.</summary>
    public static bool IsValidTenant(ReadOnlySpan<char> tenant) => tenant.Length is > 0 and <= 63 && !tenant.ContainsAnyExcept(TenantLetters);
}
