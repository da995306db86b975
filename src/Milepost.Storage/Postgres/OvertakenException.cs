namespace Milepost.Storage.Postgres;

/// <summary>What a unit of work had to lock first turned out to be more than it knew. Nothing was written; it is run again as a whole.</summary>
internal sealed class OvertakenException() : Exception("Another transaction has changed what this one was about to lock.");
