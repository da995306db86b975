namespace Milepost.Server.Logistics;

/// <summary>What we sign in with, for each tenant.</summary>
internal sealed class LogisticsTokens(LogisticsOptions options, TimeProvider time)
{
    /// <summary>After so long a token's file is read again.</summary>
    internal static readonly TimeSpan Reread = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _own = options.TenantTokens.Select(Split).ToDictionary(pair => pair.Tenant, pair => pair.Token, StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private (string Token, long At)? _read;

    /// <summary>The token for this tenant; empty: none is needed.</summary>
    /// <exception cref="IOException">The file cannot be read now, and never could.</exception>
    public string Of(string tenant) => _own.TryGetValue(tenant, out var own) ? own : options.TokenFile.Length == 0 ? options.Token : FromFile();

    public static (string Tenant, string Token) Split(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? ("", "") : (entry[..equals].Trim(), entry[(equals + 1)..].Trim());
    }

    // RFC 6750 has fewer letters; services are not always strict, headers are.
    public static bool IsToken(string text) => text.Length is > 0 and <= 4096 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private string FromFile()
    {
        lock (_gate)
        {
            if (_read is { } read && time.GetElapsedTime(read.At) < Reread)
            {
                return read.Token;
            }

            try
            {
                var token = File.ReadAllText(options.TokenFile).Trim();
                if (IsToken(token) || _read is null)
                {
                    _read = (IsToken(token) ? token : "", time.GetTimestamp());
                    return _read.Value.Token;
                }
            }
            catch (Exception failure) when (_read is not null && failure is IOException or UnauthorizedAccessException)
            {
                // It is just being replaced: the old one counts until it can be read.
            }

            return _read!.Value.Token;
        }
    }
}
