using Milepost.Core.Etas;

namespace Milepost.Core.Tests.Etas;

public sealed class EtaChoiceTests
{
    private static readonly DateTimeOffset Now = Some.Evening;

    [Fact]
    public void There_may_be_none() => EtaChoice.Choose([], Now).ShouldBeNull();

    [Theory]
    [InlineData("sender:4 logistics:1 routing:0 estimate:0", EtaSource.Logistics)]
    [InlineData("sender:1 logistics:4 routing:0 estimate:0", EtaSource.Sender)]
    [InlineData("sender:6 logistics:5 routing:0 estimate:0", EtaSource.Logistics)]
    [InlineData("sender:6 logistics:5.1 routing:1 estimate:0", EtaSource.Routing)]
    [InlineData("sender:6 logistics:6 routing:6 estimate:0", EtaSource.Estimate)]
    [InlineData("estimate:0", EtaSource.Estimate)]
    [InlineData("sender:-1 logistics:0", EtaSource.Sender)]
    public void The_one_who_knows_most_counts_while_it_is_fresh(string known, EtaSource source) =>
        EtaChoice.Choose(Read(known), Now)!.Source.ShouldBe(source);

    [Fact]
    public void Where_nothing_is_fresh_the_newest_counts_and_is_not_sure()
    {
        var chosen = EtaChoice.Choose(Read("sender:20 logistics:10 routing:30"), Now)!;
        (chosen.Source, chosen.Confidence).ShouldBe((EtaSource.Logistics, EtaConfidence.Low));
        chosen.To.ShouldBe(Now.AddMinutes(30 + 10));
        EtaChoice.Choose([Read("sender:20").Single() with { CalculatedAt = DateTimeOffset.MinValue }], Now)!.To.ShouldBe(Now.AddMinutes(30 + 60));
    }

    [Fact]
    public void What_has_passed_counts_only_where_there_is_nothing_else()
    {
        var passed = Read("logistics:1").Single() with { At = Now.AddMinutes(-2.1) };
        EtaChoice.Choose([passed, .. Read("estimate:0")], Now)!.Source.ShouldBe(EtaSource.Estimate);
        EtaChoice.Choose([passed, .. Read("routing:10")], Now)!.Source.ShouldBe(EtaSource.Routing);
        EtaChoice.Choose([passed], Now)!.Source.ShouldBe(EtaSource.Logistics);
        EtaChoice.Choose([passed with { At = Now.AddMinutes(-2) }, .. Read("estimate:0")], Now)!.Source.ShouldBe(EtaSource.Logistics);
    }

    private static EtaEstimate[] Read(string known) =>
    [
        .. known.Split(' ').Select(text => text.Split(':')).Select(parts => new EtaEstimate
        {
            At = Now.AddMinutes(20),
            From = Now.AddMinutes(15),
            To = Now.AddMinutes(30),
            Source = Enum.Parse<EtaSource>(parts[0], ignoreCase: true),
            Confidence = EtaConfidence.High,
            CalculatedAt = Now.AddMinutes(-double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)),
        }),
    ];
}
