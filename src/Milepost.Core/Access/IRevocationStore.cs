namespace Milepost.Core.Access;

/// <summary>From now on no token counts that was issued to this subject up to <paramref name="Before"/>.</summary>
/// <param name="Tenant">The tenant of the subject.</param>
/// <param name="Subject">Whose tokens.</param>
/// <param name="Before">Tokens issued up to then do not count.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record Revocation(string Tenant, string Subject, DateTimeOffset Before, DateTimeOffset At, string? Reason);

/// <summary>A revocation with its place in the list.</summary>
public sealed record ListedRevocation(Revocation Revocation, long Place);

/// <summary>Keeps the revocations: the truth that every node reads, whatever becomes of the hints between them.</summary>
public interface IRevocationStore
{
    Task AddAsync(Revocation revocation, CancellationToken cancellationToken);

    /// <summary>All of all tenants that were recorded at or after <paramref name="at"/>, oldest first.</summary>
    Task<IReadOnlyList<Revocation>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>One tenant's, newest first, from behind <paramref name="before"/> on.</summary>
    Task<IReadOnlyList<ListedRevocation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);
}
