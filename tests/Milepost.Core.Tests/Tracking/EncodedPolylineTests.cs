using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;

namespace Milepost.Core.Tests.Tracking;

public sealed class EncodedPolylineTests
{
    public const string AtFive = "_p~iF~ps|U_ulLnnqC_mqNvxq`@";
    public const string AtSix = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI";

    public static readonly GeoPoint[] Line = [new(38.5, -120.2), new(40.7, -120.95), new(43.252, -126.453)];

    private static readonly Gen<GeoPoint> Points =
        from lat in Gen.OneOf(Gen.Choose(-90_000_000, 90_000_000), Gen.Elements(-90_000_000, 0, 1, -1, 90_000_000))
        from lon in Gen.OneOf(Gen.Choose(-180_000_000, 180_000_000), Gen.Elements(-180_000_000, 0, 1, -1, 180_000_000))
        select new GeoPoint(lat / 1e6, lon / 1e6);

    [Theory]
    [InlineData(AtFive, 5)]
    [InlineData(AtSix, 6)]
    public void The_vector_of_the_format_reads_and_writes(string text, int precision)
    {
        EncodedPolyline.Decode(text, precision, out var problem).ShouldBe(Line, problem);
        EncodedPolyline.Encode(Line, precision).ShouldBe(text);
    }

    // The worked example of the format's description.
    [Fact]
    public void The_single_number_of_the_description() => EncodedPolyline.Encode([new GeoPoint(0, -179.9832104)], 5).ShouldBe("?`~oia@");

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void What_was_written_reads_the_same_to_half_a_step(int precision) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.NonEmptyListOf(Points).ToArbitrary(), points =>
        {
            var read = EncodedPolyline.Decode(EncodedPolyline.Encode(points, precision), precision, out var problem).ShouldNotBeNull(problem);
            read.Count.ShouldBe(points.Count);
            foreach (var (one, other) in points.Zip(read))
            {
                one.Lat.ShouldBe(other.Lat, 0.5000001 * Math.Pow(10, -precision));
                one.Lon.ShouldBe(other.Lon, 0.5000001 * Math.Pow(10, -precision));
            }
        }));

    [Fact]
    public void A_text_that_is_cut_off_is_no_shorter_line()
    {
        for (var length = 0; length < AtFive.Length; length++)
        {
            var read = EncodedPolyline.Decode(AtFive[..length], 5, out var problem);
            if (length is 10 or 18)
            {
                // Between two points nothing in the text says that more was to come: RouteReader notices that it leads nowhere.
                read.ShouldBe(Line[..(length == 10 ? 1 : 2)]);
                continue;
            }

            read.ShouldBeNull($"{length} letters");
            problem.ShouldBe(length == 0 ? "it is empty" : "it was cut off");
        }
    }

    [Fact]
    public void A_line_of_six_digits_is_out_of_range_with_five()
    {
        EncodedPolyline.Decode(AtSix, 5, out var problem).ShouldBeNull();
        problem.ShouldContain("outside");
    }

    [Fact]
    public void A_line_of_five_digits_reads_wrongly_with_six() => EncodedPolyline.Decode(AtFive, 6, out _)![0].ShouldBe(new GeoPoint(3.85, -12.02));

    [Theory]
    [InlineData("_p~iF~ps|U ")]
    [InlineData("_p~iF~ps|U\u007f")]
    [InlineData("_p~iF~ps|U>?")]
    [InlineData("_p~iF~ps|\u00dcU")]
    [InlineData("~~~~~~~~~~~~")]
    [InlineData("~~~~~~~^??")]
    [InlineData("_______??")]
    [InlineData("_____________@?")]
    public void Letters_that_cannot_stand_in_one_and_numbers_without_end_are_refused(string text)
    {
        EncodedPolyline.Decode(text, 5, out var problem).ShouldBeNull();
        problem.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(90.00001, 0)]
    [InlineData(0, -180.00001)]
    public void A_point_out_of_range_is_neither_written_nor_read(double lat, double lon)
    {
        Should.Throw<ArgumentException>(() => EncodedPolyline.Encode([new GeoPoint(lat, lon)], 5));
        // The same point as a difference: 90 and a bit more.
        var text = EncodedPolyline.Encode([new GeoPoint(lat / 2, lon / 2)], 5) + EncodedPolyline.Encode([new GeoPoint(lat / 2, lon / 2)], 5);
        EncodedPolyline.Decode(text + EncodedPolyline.Encode([new GeoPoint(lat / 10, lon / 10)], 5), 5, out _).ShouldBeNull();
    }

    [Fact]
    public void The_alphabet_has_a_backslash()
    {
        var text = EncodedPolyline.Encode([new GeoPoint(0, 0), new GeoPoint(-0.00015, -0.00015)], 5);
        text.ShouldContain('\\');
        System.Text.Json.JsonDocument.Parse($"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"").RootElement.GetString().ShouldBe(text);
        EncodedPolyline.Decode(text, 5, out _).ShouldBe([new GeoPoint(0, 0), new GeoPoint(-0.00015, -0.00015)]);
    }

    [Fact]
    public void Lines_without_end_are_not_taken()
    {
        EncodedPolyline.Decode(new string('?', 2 * EncodedPolyline.MaxPoints), 5, out _)!.Count.ShouldBe(EncodedPolyline.MaxPoints);
        EncodedPolyline.Decode(new string('?', 2 * (EncodedPolyline.MaxPoints + 1)), 5, out var problem).ShouldBeNull();
        problem.ShouldContain("more than");
    }

    [Fact]
    public void Only_five_and_six_digits_are_written() => Should.Throw<ArgumentOutOfRangeException>(() => EncodedPolyline.Decode(AtFive, 7, out _));
}
