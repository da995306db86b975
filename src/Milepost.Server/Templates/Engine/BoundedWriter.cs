using System.Globalization;
using System.Text;

namespace Milepost.Server.Templates.Engine;

/// <summary>Takes what a template writes, up to a bound.</summary>
internal sealed class BoundedWriter() : TextWriter(CultureInfo.InvariantCulture)
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.Unicode;

    public override void Write(char value)
    {
        Claim(1);
        _text.Append(value);
    }

    public override void Write(string? value)
    {
        Claim(value?.Length ?? 0);
        _text.Append(value);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Claim(buffer.Length);
        _text.Append(buffer);
    }

    public override string ToString() => _text.ToString();

    private void Claim(int length)
    {
        if (_text.Length + length > TemplateBounds.MaxOutput)
        {
            throw new TemplateFaultException($"writes more than {TemplateBounds.MaxOutput} characters");
        }
    }
}
