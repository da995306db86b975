using System.Globalization;
using System.Runtime.CompilerServices;

namespace Milepost.Client.Tests.Fakes;

/// <summary>The frames of one connection: catch-up, <c>ready</c>, live; with the plan's faults. Null marks the place where it is cut.</summary>
internal sealed class FakeFrames(FakeMilepost server, Plan plan)
{
    private int _sent;

    /// <summary>The offset behind which the connection stands.</summary>
    public long Position { get; private set; }

    public static string Entry(long offset) =>
        $$"""{"type":"notification.new","offset":{{offset}},"id":"e{{offset}}","time":"2026-11-21T18:00:00.000Z","data":{"unread":1,"total":1,"text":"{{new string('x', offset % 5 == 0 ? 9000 : 10)}}"},"stream":"notifications","cursor":"c{{offset}}"}""";

    public async IAsyncEnumerable<string?> AllAsync(string? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Position = since switch
        {
            null => server.Length,
            "earliest" => 0,
            _ => long.Parse(since.AsSpan(1), CultureInfo.InvariantCulture),
        };
        if (plan.Reset is { } code)
        {
            Position = server.Length;
            yield return $$"""{"type":"reset","stream":"notifications","code":"{{code}}","detail":"x","cursor":"c{{Position}}"}""";
        }

        var ready = false;
        while (true)
        {
            while (Position < server.Length)
            {
                Position++;
                if (plan.CutAfter == _sent)
                {
                    Position--;
                    yield return null;
                }

                if (plan.Skip != Position)
                {
                    yield return Entry(Position);
                    _sent++;
                    if (plan.Twice)
                    {
                        yield return Entry(Position);
                    }
                }
            }

            if (!ready)
            {
                ready = true;
                yield return $$"""{"type":"ready","streams":[{"stream":"notifications","epoch":"00000000000000e1","offset":{{Position}},"replayed":{{_sent}}}],"cursor":"c{{Position}}"}""";
                foreach (var frame in plan.Extra)
                {
                    yield return frame;
                }

                if (plan.ReconnectAfterMs is { } afterMs)
                {
                    yield return $$"""{"type":"reconnect","afterMs":{{afterMs}},"cursor":"c{{Position}}"}""";
                }
            }

            if (plan.CutAfter == _sent)
            {
                yield return null;
            }

            await server.GrownAsync(Position).WaitAsync(cancellationToken);
        }
    }
}
