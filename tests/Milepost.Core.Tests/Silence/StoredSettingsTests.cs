using System.Text.Json;
using Milepost.Core.Silence;
using Milepost.Core.Tenants;

namespace Milepost.Core.Tests.Silence;

public sealed class StoredSettingsTests
{
    [Theory]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"tracking":{}}""")]
    [InlineData("""{"version":3,"tracking":{"locationDays":3}}""")]
    public void What_was_stored_before_there_was_a_setting_is_as_the_product_does_it(string stored) =>
        JsonSerializer.Deserialize(stored, CoreJson.Default.TenantSettings)!.Tracking.Silence.ShouldBe(SilenceSettings.Default);

    [Fact]
    public void Settings_are_what_they_were_when_they_are_read_again()
    {
        var settings = new TenantTracking { Silence = new SilenceSettings { Accept = TimeSpan.Zero, Stale = TimeSpan.FromSeconds(90) }, LocationDays = 3 };
        var text = JsonSerializer.Serialize(new TenantSettings { Tracking = settings }, CoreJson.Default.TenantSettings);
        JsonSerializer.Deserialize(text, CoreJson.Default.TenantSettings)!.Tracking.Silence.ShouldBe(settings.Silence);
    }
}
