namespace Milepost.Core.Tracking;

/// <summary>Why a fix was not taken.</summary>
public enum FixRefusal
{
    /// <summary>Latitude or longitude is no number or out of range.</summary>
    OutOfRange,

    /// <summary>At 0/0: the device does not know where it is.</summary>
    NullIsland,

    /// <summary>Latitude and longitude were exchanged: only the other way round it is in the region where the driver has something to do.</summary>
    Swapped,

    /// <summary>Measured too long ago to say anything about now.</summary>
    TooOld,

    /// <summary>Its accuracy is so bad that the marker would jump.</summary>
    Inaccurate,

    /// <summary>It is there already, or another one of the same moment is.</summary>
    Duplicate,

    /// <summary>A newer one is there.</summary>
    Older,

    /// <summary>Dated in the future, beside a newer one that is too: its own time is not known.</summary>
    Future,

    /// <summary>Too far away for the time; believed once a second one agrees.</summary>
    Teleport,
}

/// <summary>The words of <see cref="FixRefusal"/> in metrics and answers.</summary>
public static class FixRefusalNames
{
    private static readonly string[] Names = ["out_of_range", "null_island", "swapped", "too_old", "inaccurate", "duplicate", "older", "future", "teleport"];

    public static string Wire(this FixRefusal refusal) => Names[(int)refusal];
}
