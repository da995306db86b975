namespace Milepost.Server.Templates.Engine;

/// <summary>Why a template cannot be used, in words for the one who wrote it.</summary>
internal sealed class TemplateFaultException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>title, text or html; null while it is not known.</summary>
    public string? Part { get; init; }

    /// <summary>1 for the first line; null where it cannot be told.</summary>
    public int? Line { get; init; }

    /// <summary>The variable that is not there.</summary>
    public string? Variable { get; init; }

    /// <summary>The fault as one sentence with its place.</summary>
    public string Describe() => (Part, Line) switch
    {
        (null, _) => Message,
        (_, null) => $"{Part}: {Message}",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Part}, line {Line}: {Message}"),
    };
}
