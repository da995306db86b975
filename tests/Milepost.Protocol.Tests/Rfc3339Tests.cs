using System.Text.Json;

namespace Milepost.Protocol.Tests;

/// <summary>The cases follow the JSON-Schema-Test-Suite's optional/format/date-time, and go on where it stops.</summary>
public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1963-06-19T08:30:06.283185Z", "1963-06-19T08:30:06.2831850Z")]
    [InlineData("1963-06-19T08:30:06Z", "1963-06-19T08:30:06.0000000Z")]
    [InlineData("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.8700000Z")]
    [InlineData("1990-12-31T15:59:50.123-08:00", "1990-12-31T23:59:50.1230000Z")]
    [InlineData("1963-06-19t08:30:06.283185z", "1963-06-19T08:30:06.2831850Z")]
    [InlineData("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.5200000Z")]
    [InlineData("2000-01-01T00:00:00-00:00", "2000-01-01T00:00:00.0000000Z")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000Z")]
    [InlineData("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.0000000Z")]
    [InlineData("2026-11-21T18:00:00.1Z", "2026-11-21T18:00:00.1000000Z")]
    [InlineData("2026-11-21T18:00:00.123456789123456789Z", "2026-11-21T18:00:00.1234567Z")]
    [InlineData("2026-11-21T18:00:00.000000099Z", "2026-11-21T18:00:00.0000000Z")]
    [InlineData("2026-11-21T18:00:00+23:59", "2026-11-20T18:01:00.0000000Z")]
    [InlineData("2026-11-21T18:00:00-23:59", "2026-11-22T17:59:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z")]
    public void A_valid_date_time_is_read_as_its_instant(string text, string instant)
    {
        Rfc3339.TryParse(text, out var time).ShouldBeTrue();
        time.Offset.ShouldBe(TimeSpan.Zero);
        time.UtcDateTime.ToString("O").ShouldBe(instant);
    }

    [Theory]
    [InlineData("1998-12-31T23:59:60Z", "1998-12-31T23:59:59.9999999Z")]
    [InlineData("1998-12-31T23:59:60.999Z", "1998-12-31T23:59:59.9999999Z")]
    [InlineData("1998-12-31T15:59:60.123-08:00", "1998-12-31T23:59:59.9999999Z")]
    [InlineData("1999-01-01T00:59:60+01:00", "1998-12-31T23:59:59.9999999Z")]
    public void A_leap_second_is_the_last_instant_of_its_minute(string text, string instant)
    {
        Rfc3339.TryParse(text, out var time).ShouldBeTrue();
        time.UtcDateTime.ToString("O").ShouldBe(instant);
    }

    [Theory]
    [InlineData("1998-12-31T23:59:61Z")]
    [InlineData("1998-12-31T23:58:60Z")]
    [InlineData("1998-12-31T22:59:60Z")]
    [InlineData("1998-12-31T23:59:60-08:00")]
    [InlineData("1998-12-31T23:59:60+00:01")]
    [InlineData("1990-02-31T15:59:59.123-08:00")]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("1900-02-29T00:00:00Z")]
    [InlineData("2026-04-31T00:00:00Z")]
    [InlineData("2026-00-10T00:00:00Z")]
    [InlineData("2026-13-10T00:00:00Z")]
    [InlineData("2026-01-00T00:00:00Z")]
    [InlineData("2026-01-32T00:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("1990-12-31T24:00:00Z")]
    [InlineData("1990-12-31T23:60:00Z")]
    [InlineData("1990-12-31T15:59:59-24:00")]
    [InlineData("1990-12-31T15:59:59+00:60")]
    [InlineData("1963-06-19T08:30:06.28123+01:00Z")]
    [InlineData("06/19/1963 08:30:06 PST")]
    [InlineData("2013-350T01:01:01")]
    [InlineData("2013-350T01:01:01Z")]
    [InlineData("1963-6-19T08:30:06.283185Z")]
    [InlineData("1963-06-1T00:00:00Z")]
    [InlineData("1963-06-19T8:30:06.00Z")]
    [InlineData("1963-06-19T08:3:06.00Z")]
    [InlineData("1963-06-19T08:30:6.00Z")]
    [InlineData("1963-06-1\u09ea" + "T00:00:00Z")]
    [InlineData("1963-06-11T0\u09ea:00:00Z")]
    [InlineData("1963-06-11T00:00:00.\u09eaZ")]
    [InlineData("1963-06-19 08:30:06Z")]
    [InlineData("1963-06-19T08:30:06")]
    [InlineData("1963-06-19")]
    [InlineData("1963-06-19T08:30Z")]
    [InlineData("1963-06-19T08:30:06+01")]
    [InlineData("1963-06-19T08:30:06+0100")]
    [InlineData("1963-06-19T08:30:06+1:00")]
    [InlineData("1963-06-19T08:30:06 01:00")]
    [InlineData("1963-06-19T08:30:06+01:00:00")]
    [InlineData("1963-06-19T08:30:06\u221201:00")]
    [InlineData("1963-06-19T08:30:06.Z")]
    [InlineData("1963-06-19T08:30:06,5Z")]
    [InlineData("1963-06-19T08:30:06Z\n")]
    [InlineData("1963-06-19T08:30:06Z\r\n")]
    [InlineData("1963-06-19T08:30:06Z ")]
    [InlineData(" 1963-06-19T08:30:06Z")]
    [InlineData("+11963-06-19T08:30:06.283185Z")]
    [InlineData("-1963-06-19T08:30:06Z")]
    [InlineData("11963-06-19T08:30:06Z")]
    [InlineData("19630619T083006Z00000")]
    [InlineData("1963-06-19T-8:30:06Z")]
    [InlineData("1963-06-19T08:30:06+-1:00")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("9999-12-31T23:59:60-00:01")]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("1795284000000")]
    public void An_impossible_or_differently_written_one_is_refused(string text)
    {
        Rfc3339.TryParse(text, out var time).ShouldBeFalse();
        time.ShouldBe(default);
    }

    [Fact]
    public void Every_truncation_of_a_date_time_is_refused()
    {
        const string text = "1963-06-19T08:30:06.283185+01:00";
        for (var length = 0; length < text.Length; length++)
        {
            Rfc3339.TryParse(text.AsSpan(0, length), out _).ShouldBeFalse(text[..length]);
        }
    }

    [Fact]
    public void An_instant_is_written_in_utc_to_the_millisecond() =>
        Rfc3339.Format(new DateTimeOffset(2026, 11, 21, 19, 0, 0, 7, TimeSpan.FromHours(1)).AddTicks(9_999)).ShouldBe("2026-11-21T18:00:00.007Z");

    [Theory]
    [InlineData("\"2026-11-21T18:00:00.5+01:00\"", "\"2026-11-21T17:00:00.500Z\"")]
    [InlineData("\"2026-11-21t18:00:00z\"", "\"2026-11-21T18:00:00.000Z\"")]
    public void Json_reads_every_form_and_writes_one(string json, string written)
    {
        var time = JsonSerializer.Deserialize<DateTimeOffset>(json, ProtocolJson.Default.Options);
        JsonSerializer.Serialize(time, ProtocolJson.Default.Options).ShouldBe(written);
    }

    [Theory]
    [InlineData("1795284000")]
    [InlineData("null")]
    [InlineData("\"2026-11-21\"")]
    [InlineData("{}")]
    public void Json_of_another_kind_is_refused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>(json, ProtocolJson.Default.Options));
}
