namespace Milepost.Protocol.Access;

/// <summary>Whose tokens shall not count any more, and why (at most 200 characters, for people).</summary>
public sealed record RevocationRequest(string Subject, string? Reason = null);

/// <summary>Tokens of <paramref name="Subject"/> that were issued up to <paramref name="Before"/> do not count; one that does not say when it was issued does not either.</summary>
public sealed record RevocationView(string Subject, DateTimeOffset Before, DateTimeOffset At, string? Reason);

/// <summary>A page of revocations, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record RevocationPage(IReadOnlyList<RevocationView> Items, string? Next);
