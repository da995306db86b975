namespace Milepost.Core.Leases;

/// <summary>A piece of work of a tenant that one holder in the whole installation has for a while.</summary>
/// <param name="Tenant">Whose work it is.</param>
/// <param name="Name">What work, for example <c>logistics.locations</c>.</param>
/// <param name="Holder">Who has it; each life of a process is another one.</param>
/// <param name="Token">One more each time the work changes hands: only the newest counts.</param>
/// <param name="Payload">What the last holder left for the next one, at most <see cref="MaxPayload"/> characters; empty when nobody had it.</param>
public sealed record WorkLease(string Tenant, string Name, string Holder, long Token, string Payload)
{
    /// <summary>The longest payload, in characters.</summary>
    public const int MaxPayload = 256;
}
