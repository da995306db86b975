namespace Milepost.Server.Templates.Engine;

/// <summary>The small words of one language: statuses, buttons, "in 5 minutes".</summary>
internal sealed class Words(string language, IReadOnlyDictionary<string, string> table)
{
    /// <summary>The language of the words, for its rules of plural.</summary>
    public string Language => language;

    public IEnumerable<string> Keys => table.Keys;

    /// <exception cref="TemplateFaultException">There is no such word.</exception>
    public string this[string key] => Find(key) ?? throw new TemplateFaultException($"there is no word '{key}'");

    public string? Find(string key) => table.GetValueOrDefault(key);
}
