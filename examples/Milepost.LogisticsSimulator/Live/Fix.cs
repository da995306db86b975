using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Live;

/// <summary>What a driver's device measured.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Number">Counts this driver's fixes from 0.</param>
/// <param name="Time">When, by the device's clock.</param>
/// <param name="Place">Where.</param>
/// <param name="Accuracy">In metres.</param>
/// <param name="Heading">Degrees clockwise from north, null for one who stands.</param>
/// <param name="Speed">Metres per second.</param>
internal sealed record Fix(string DriverId, long Number, DateTimeOffset Time, Place Place, double Accuracy, double? Heading, double Speed);
