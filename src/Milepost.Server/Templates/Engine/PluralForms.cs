namespace Milepost.Server.Templates.Engine;

/// <summary>Which plural form a number takes (Unicode CLDR, cardinal rules; whole numbers exactly, others as their language's common case).</summary>
internal static class PluralForms
{
    public const string One = "one";
    public const string Few = "few";
    public const string Many = "many";
    public const string Other = "other";

    public static string Of(string language, decimal number)
    {
        var size = Math.Abs(number);
        var isWhole = decimal.Truncate(size) == size;
        var tens = size % 100;
        var ones = size % 10;
        return language switch
        {
            "ja" or "zh" or "ko" or "th" or "vi" or "id" or "ms" => Other,
            "fr" or "pt" or "hi" => size < 2 ? One : Other,
            "pl" when isWhole => size == 1 ? One : IsFew(ones, tens) ? Few : Many,
            "ru" or "uk" or "be" when isWhole => ones == 1 && tens != 11 ? One : IsFew(ones, tens) ? Few : Many,
            "sr" or "hr" or "bs" when isWhole => ones == 1 && tens != 11 ? One : IsFew(ones, tens) ? Few : Other,
            "cs" or "sk" => size == 1 ? One : !isWhole ? Many : size is >= 2 and <= 4 ? Few : Other,
            "lt" when isWhole => ones == 1 && tens is not (>= 11 and <= 19) ? One : ones >= 2 && tens is not (>= 11 and <= 19) ? Few : Other,
            "ro" when isWhole => size == 1 ? One : size == 0 || tens is >= 1 and <= 19 ? Few : Other,
            _ => size == 1 ? One : Other,
        };
    }

    private static bool IsFew(decimal ones, decimal tens) => ones is >= 2 and <= 4 && tens is not (>= 12 and <= 14);
}
