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
    public sealed class Readable(IAnsiConsole console) : WatchLines
    {
        public override void Entry(ServerFrame frame)
        {
            var (text, colour) = WatchText.Of(frame);
            Write(frame.Time, $"{frame.Stream}#{frame.Offset}", text, colour);
        }

        public override void Remark(ServerFrame frame, string text) => Write(time: null, frame.Stream ?? "", text, Color.Red);

        public override void Present(string stream, string text) => Write(time: null, stream, text, Color.Grey);

        private void Write(DateTimeOffset? time, string place, string text, Color colour)
        {
            // One line, whatever a sender wrote into a note: no line ends and no terminal sequences of others.
            var clean = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
            console.Write(new Paragraph()
                .Append((time?.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "        ") + "  ", new Style(Color.Grey))
                .Append(place + "  ", new Style(Color.Blue))
                .Append(clean, new Style(colour))
                .Append("\n"));
        }
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
