using System.Buffers.Text;
using System.Text;

namespace Milepost.LoadTest.Posting;

/// <summary>
/// Which event is the k-th of a run: customers take turns, and each walks its orders through the ten main statuses. So each event
/// causes exactly one notification, of a customer that everybody can compute from k.
/// </summary>
internal sealed class Script
{
    private static readonly string[] Statuses =
        ["placed", "paid", "accepted", "preparing", "ready", "courier_assigned", "picked_up", "out_for_delivery", "arriving", "delivered"];

    private readonly byte[] _head;
    private readonly byte[][] _tails;
    private readonly byte[] _subject;
    private readonly byte[] _customer;
    private readonly int _customers;

    public Script(string run, int customers, double rate)
    {
        _customers = customers;
        // The next event of the same order comes a second later at the earliest: posts of one order must not overtake each other.
        OrdersAtOnce = (int)Math.Ceiling(Math.Max(1, rate / customers));
        _head = Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","source":"/load-test/{{run}}","id":"lt.{{run}}.""");
        _subject = Encoding.UTF8.GetBytes($"\",\"subject\":\"lt-o-{run}-");
        _customer = Encoding.UTF8.GetBytes($"lt-c-{run}-");
        _tails = [.. Statuses.Select(Tail)];
    }

    /// <summary>How many orders one customer has under way.</summary>
    public int OrdersAtOnce { get; }

    /// <summary>The event of the same order that comes before this one; null for an order's first.</summary>
    public long? Before(long number)
    {
        var stride = (long)_customers * OrdersAtOnce;
        return number / stride % Statuses.Length == 0 ? null : number - stride;
    }

    public static string Customer(string run, int index) => $"lt-c-{run}-{index}";

    /// <summary>Writes event <paramref name="number"/>; its id says when it was due, so that a latency can be told from the id alone.</summary>
    public int Write(Span<byte> target, long number, long dueTimestamp, Phase phase)
    {
        var customer = (int)(number % _customers);
        var round = number / _customers;
        var slot = (int)(round % OrdersAtOnce);
        var step = (int)(round / OrdersAtOnce % Statuses.Length);
        var generation = round / OrdersAtOnce / Statuses.Length;
        var writer = new Utf8Line(target);
        writer.Add(_head);
        writer.Add(number);
        writer.Add("."u8);
        writer.Add(EventId.Letters.Slice((int)phase, 1));
        writer.Add(dueTimestamp);
        writer.Add(_subject);
        writer.Add(customer);
        writer.Add("-"u8);
        writer.Add(slot);
        writer.Add("-"u8);
        writer.Add(generation);
        if (step == 0)
        {
            writer.Add("\",\"type\":\"order.placed\",\"data\":{\"customer\":{\"id\":\""u8);
            writer.Add(_customer);
            writer.Add(customer);
        }

        writer.Add("\""u8);
        writer.Add(_tails[step]);
        return writer.Length;
    }

    private static byte[] Tail(string status) => Encoding.UTF8.GetBytes(status switch
    {
        "placed" => """","name":"Load Test"},"items":[{"name":"Margherita","quantity":1}],"total":{"amount":12.5,"currency":"EUR"}}}"""",
        "paid" => """","type":"order.paid"}"""",
        _ => $$$"""","type":"order.status.changed","data":{"status":"{{{status}}}"}}"""",
    });

    private ref struct Utf8Line(Span<byte> target)
    {
        private readonly Span<byte> _target = target;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_target[Length..]);
            Length += text.Length;
        }

        public void Add(long number)
        {
            Utf8Formatter.TryFormat(number, _target[Length..], out var written);
            Length += written;
        }
    }
}
