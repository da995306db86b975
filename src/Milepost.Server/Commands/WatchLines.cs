using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary>How <c>milepost watch</c> prints: for a person or for a program.</summary>
internal abstract class WatchLines
{
    /// <summary>How long at least lies between two places of one order's driver; zero: each is printed.</summary>
    public abstract TimeSpan PlacesApart { get; }

    public abstract void Entry(ServerFrame frame);

    /// <summary>Where a driver is.</summary>
    /// <param name="frame">A <c>driver.location.updated</c>.</param>
    /// <param name="eta">When the order is expected; null: nobody has said.</param>
    /// <param name="now">The time.</param>
    public abstract void Place(ServerFrame frame, Eta? eta, DateTimeOffset now);

    /// <summary>Something about a stream that is not an entry.</summary>
    public abstract void Remark(ServerFrame frame, string text);

    /// <summary>How things were before the first entry.</summary>
    public abstract void Present(string stream, string text);

    /// <summary>Time, stream and offset, what happened.</summary>
    public abstract class Readable : WatchLines
    {
        public override TimeSpan PlacesApart { get; } = TimeSpan.FromSeconds(1);

        public override void Entry(ServerFrame frame)
        {
            var (text, colour) = WatchText.Of(frame);
            Write(Time(frame.Time), $"{frame.Stream}#{frame.Offset}", Clean(text), colour);
        }

        public override void Place(ServerFrame frame, Eta? eta, DateTimeOffset now) => Write(Time(frame.Time), frame.Stream!, Clean(WatchText.OfPlace(frame, eta, now)), Color.Teal);

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

    /// <summary>Everything of the streams as it came, one JSON object per line.</summary>
    public sealed class Json(TextWriter output) : WatchLines
    {
        public override TimeSpan PlacesApart => TimeSpan.Zero;

        public override void Entry(ServerFrame frame) => output.WriteLine(JsonSerializer.Serialize(frame, ProtocolJson.Default.ServerFrame));

        public override void Place(ServerFrame frame, Eta? eta, DateTimeOffset now) => Entry(frame);

        public override void Remark(ServerFrame frame, string text) => Entry(frame);

        public override void Present(string stream, string text)
        {
            // A program gets the snapshot by REST.
        }
    }
}
