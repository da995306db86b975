using System.Text.RegularExpressions;

namespace Milepost.Core.Deliveries;

/// <summary>Takes personal data out of what is logged, shown and kept of attempts.</summary>
public static partial class AddressMask
{
    private const int MaxText = 500;

    /// <summary>An address of which a person who knows it can tell that it is meant, and nobody else.</summary>
    public static string Address(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 ? string.Concat(address.AsSpan(0, 1), "***", address.AsSpan(at)) : string.Concat("***", address.AsSpan(Math.Max(0, address.Length - 2)));
    }

    /// <summary>A provider's text without addresses and numbers in it, and of bounded length. Providers like to repeat the recipient.</summary>
    public static string Text(string text)
    {
        var masked = Personal().Replace(text, match => Address(match.Value));
        return masked.Length <= MaxText ? masked : masked[..MaxText];
    }

    [GeneratedRegex(@"[^\s<>@""']+@[^\s<>@""',;]+|\+?\d[\d \-/()]{5,}\d", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Personal();
}
