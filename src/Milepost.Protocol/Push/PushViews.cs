namespace Milepost.Protocol.Push;

/// <summary>What a browser subscribes to pushes with.</summary>
/// <param name="PublicKey">The public VAPID key (RFC 8292), uncompressed, base64url: the <c>applicationServerKey</c>.</param>
public sealed record VapidPublicKey(string PublicKey);
