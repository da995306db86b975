using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;
using Milepost.Server.Commands;
using Milepost.Testing;

namespace Milepost.Server.Tests.Commands;

public sealed class WatchPlacesTests
{
    private readonly FakeClock _clock = new();
    private readonly StringWriter _output = new();

    [Fact]
    public void A_place_is_one_line_with_the_way_the_time_of_arrival_and_its_age()
    {
        using var places = new WatchPlaces(new WatchLines.Plain(_output), _clock);
        places.Expect("order:o-1", new Eta(_clock.GetUtcNow().AddMinutes(5), null, null, null));

        places.Take(Frame(1240, secondsAgo: 3));

        var line = Lines().ShouldHaveSingleItem();
        line.ShouldContain("order:o-1");
        line.ShouldContain("driver 1.2 km to go, expected ");
        line.ShouldEndWith(", seen 3 s ago");
    }

    [Fact]
    public void Of_what_comes_within_a_second_the_newest_is_printed_and_it_is_never_lost()
    {
        using var places = new WatchPlaces(new WatchLines.Plain(_output), _clock);

        places.Take(Frame(900));
        places.Take(Frame(890));
        places.Take(Frame(880));
        Lines().ShouldHaveSingleItem().ShouldContain("900 m to go");
        _clock.Advance(TimeSpan.FromSeconds(1));

        Lines().Count.ShouldBe(2);
        Lines()[1].ShouldContain("880 m to go");
    }

    [Fact]
    public void A_program_gets_every_place_as_it_came()
    {
        using var places = new WatchPlaces(new WatchLines.Json(_output), _clock);

        places.Take(Frame(900));
        places.Take(Frame(890));

        Lines().Select(line => JsonDocument.Parse(line).RootElement.GetProperty("data").GetProperty("metersToGo").GetDouble()).ShouldBe([900, 890]);
    }

    [Fact]
    public void What_is_not_understood_is_shown_as_it_is()
    {
        using var places = new WatchPlaces(new WatchLines.Plain(_output), _clock);

        places.Take(Frame(900) with { Data = JsonSerializer.SerializeToElement(new { other = 1 }) });

        Lines().ShouldHaveSingleItem().ShouldContain("driver.location.updated {\"other\":1}");
    }

    private List<string> Lines() => [.. _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)];

    private ServerFrame Frame(double meters, int secondsAgo = 0)
    {
        var data = new DriverLocationUpdated
        {
            OrderId = "o-1",
            Location = new DriverLocation { Lat = 52.52, Lon = 13.4, Time = _clock.GetUtcNow().AddSeconds(-secondsAgo) },
            MetersToGo = meters,
        };
        return new ServerFrame { Type = FrameTypes.DriverLocationUpdated, Stream = "order:o-1", Time = _clock.GetUtcNow(), Data = JsonSerializer.SerializeToElement(data, ProtocolJson.Default.DriverLocationUpdated) };
    }
}
