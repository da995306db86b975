namespace Milepost.Server.Channels.Push;

/// <summary>
/// The words by which push services name errors. Only such a word is kept of what they answer: their sentences like to repeat the device's token.
/// </summary>
internal static class ServiceWord
{
    private const int Longest = 64;

    /// <summary>The status and the word, where it is one.</summary>
    public static string Text(int status, string? word) =>
        word is { Length: > 0 and <= Longest } && word.All(c => char.IsAsciiLetter(c) || c == '_') ? $"HTTP {status} {word}" : $"HTTP {status}";
}
