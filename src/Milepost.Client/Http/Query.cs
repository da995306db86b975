using System.Globalization;
using System.Text;

namespace Milepost.Client.Http;

/// <summary>Builds a query string; what is null is left out.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder _text = new(path);
    private char _separator = path.Contains('?') ? '&' : '?';

    public Query Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _separator = '&';
        }

        return this;
    }

    public Query Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public Query Add(string name, bool? value) => Add(name, value switch { true => "true", false => "false", null => null });

    public override string ToString() => _text.ToString();
}
