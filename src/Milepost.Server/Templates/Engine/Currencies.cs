using System.Collections.Frozen;
using System.Globalization;

namespace Milepost.Server.Templates.Engine;

/// <summary>Amounts of money: the customer's way of writing, the currency's own number of digits (ISO 4217).</summary>
internal static class Currencies
{
    private static readonly FrozenDictionary<string, int> Digits = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Signs that name one currency wherever they are read. Others are written as their code, unless they are the customer's own.
    private static readonly FrozenDictionary<string, string> Signs = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["EUR"] = "\u20ac",
        ["GBP"] = "\u00a3",
        ["JPY"] = "\u00a5",
        ["INR"] = "\u20b9",
        ["KRW"] = "\u20a9",
        ["ILS"] = "\u20aa",
        ["VND"] = "\u20ab",
        ["TRY"] = "\u20ba",
        ["UAH"] = "\u20b4",
        ["NGN"] = "\u20a6",
        ["PHP"] = "\u20b1",
        ["BRL"] = "R$",
        ["USD"] = "$",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Format(decimal amount, string currency, CultureInfo culture)
    {
        var code = currency.ToUpperInvariant();
        var format = (NumberFormatInfo)culture.NumberFormat.Clone();
        format.CurrencyDecimalDigits = Digits.GetValueOrDefault(code, 2);
        format.CurrencySymbol = Sign(code, culture);
        if (char.IsLetter(format.CurrencySymbol[^1]) && format.CurrencyPositivePattern == 0)
        {
            // "CHF 12.00", not "CHF12.00".
            format.CurrencyPositivePattern = 2;
            format.CurrencyNegativePattern = 9;
        }

        // An amount is never broken over two lines.
        return amount.ToString("C", format).Replace(' ', '\u00a0');
    }

    private static string Sign(string code, CultureInfo culture)
    {
        var region = new RegionInfo(culture.Name);
        if (region.ISOCurrencySymbol == code)
        {
            return region.CurrencySymbol;
        }

        // In Canada "$" is another dollar.
        return code == "USD" && region.CurrencySymbol.Contains('$', StringComparison.Ordinal) ? "US$" : Signs.GetValueOrDefault(code, code);
    }
}
