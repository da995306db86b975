namespace Milepost.Protocol.Tests;

public sealed class ScopeNamesTests
{
    [Theory]
    [InlineData(null, Scopes.None)]
    [InlineData("", Scopes.None)]
    [InlineData("openid profile", Scopes.None)]
    [InlineData("events:write", Scopes.EventsWrite)]
    [InlineData("notifications:write", Scopes.NotificationsWrite)]
    [InlineData("operator", Scopes.Operator)]
    [InlineData("admin", Scopes.Admin)]
    [InlineData("feedback:write", Scopes.FeedbackWrite)]
    [InlineData("locations:write", Scopes.LocationsWrite)]
    [InlineData("guest", Scopes.None)]
    [InlineData("openid  events:write admin", Scopes.EventsWrite | Scopes.Admin)]
    [InlineData("Admin", Scopes.None)]
    [InlineData("admin,operator", Scopes.None)]
    [InlineData("administrator", Scopes.None)]
    public void A_claim_allows_what_it_names_exactly(string? claim, Scopes scopes) => ScopeNames.Parse(claim).ShouldBe(scopes);

    [Fact]
    public void Every_scope_that_a_token_can_claim_has_a_name() =>
        ScopeNames.All.Select(name => ScopeNames.Parse(name)).ShouldBe([.. Enum.GetValues<Scopes>().Where(scope => scope is not (Scopes.None or Scopes.Guest))]);
}
