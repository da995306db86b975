namespace Milepost.Core.Tracking;

/// <summary>A place on earth in degrees (WGS 84).</summary>
/// <param name="Lat">Latitude, -90 to 90; north is positive.</param>
/// <param name="Lon">Longitude, -180 to 180; east is positive.</param>
public readonly record struct GeoPoint(double Lat, double Lon)
{
    // About 11 m: receivers without a fix say 0/0, some with a little noise.
    private const double NullIslandDegrees = 0.0001;

    /// <summary>Both are numbers in their ranges.</summary>
    public bool IsInRange() => double.IsFinite(Lat) && double.IsFinite(Lon) && Math.Abs(Lat) <= 90 && Math.Abs(Lon) <= 180;

    /// <summary>At 0/0 in the Gulf of Guinea: what a receiver says that does not know where it is.</summary>
    public bool IsNullIsland() => Math.Abs(Lat) < NullIslandDegrees && Math.Abs(Lon) < NullIslandDegrees;

    /// <summary>In range and not at 0/0: somebody can be there.</summary>
    public bool IsPlace() => IsInRange() && !IsNullIsland();

    /// <summary>With latitude and longitude exchanged.</summary>
    public GeoPoint Swapped() => new(Lon, Lat);
}
