using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary>How <c>milepost watch</c> prints: for a person or for a program.</summary>
internal abstract class WatchLines
{
    public abstract void Entry(ServerFrame frame);

    /// <summary>Something about a stream that is not an entry.</summary>
    public abstract void Remark(ServerFrame frame, string text);

    /// <summary>How things were before the first entry.</summary>
    public abstract void Present(string stream, string text);

    /// <summary>Time, stream and offset, what happened.</summary>
    public abstract class Readable : WatchLines
    {
        public override void Entry(ServerFrame frame)
        {
            var (text, colour) = WatchText.Of(frame);
            Write(Time(frame.Time), $"{frame.Stream}#{frame.Offset}", Clean(text), colour);
        }

        public override void Remark(ServerFrame frame, string text) => Write(Time(frame.Time), frame.Stream ?? "", Clean(text), Color.Red);

        public override void Present(string stream, string text) => Write(Time(null), stream, Clean(text), Color.Grey);

        protected abstract void Write(string time, string place, string text, Color colour);

        private static string Time(DateTimeOffset? time) => time?.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "        ";

        // One line, whatever a sender wrote into a note: no line ends and no terminal sequences of others.
        private static string Clean(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
    }

    public sealed class Coloured(IAnsiConsole console) : Readable
    {
        protected override void Write(string time, string place, string text, Color colour) => console.Write(new Paragraph()
            .Append($"{time}  ", new Style(Color.Grey))
            .Append($"{place}  ", new Style(Color.Blue))
            .Append($"{text}\n", new Style(colour)));
    }

    public sealed class Plain(TextWriter output) : Readable
    {
        protected override void Write(string time, string place, string text, Color colour) => output.WriteLine($"{time}  {place}  {text}");
    }

    /// <summary>Entries and resets as they came, one JSON object per line.</summary>
    public sealed class Json(TextWriter output) : WatchLines
    {
        public override void Entry(ServerFrame frame) => output.WriteLine(JsonSerializer.Serialize(frame, ProtocolJson.Default.ServerFrame));

        public override void Remark(ServerFrame frame, string text) => Entry(frame);

        public override void Present(string stream, string text)
        {
            // A program gets the snapshot by REST.
        }
    }
}
