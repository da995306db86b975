namespace Milepost.Protocol.Tracking;

/// <summary>What became of posted fixes. Accepted ones are judged by their times: one that is older than what is known moves nothing.</summary>
/// <param name="Accepted">How many were understood.</param>
/// <param name="Rejected">Those that were not, and why.</param>
public sealed record LocationReply(int Accepted, IReadOnlyList<RejectedLocation> Rejected);

/// <summary>A fix that was not understood.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Code">A stable error code.</param>
/// <param name="Field">The field that is wrong.</param>
/// <param name="Detail">What would be right.</param>
public sealed record RejectedLocation(int Index, string Code, string? Field, string Detail);
