using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>What the sessions must ask the rest of the server.</summary>
public interface ISessionHost
{
    /// <summary>
    /// Which stream the caller means by a label, if the caller may follow it.
    /// </summary>
    ValueTask<StreamAnswer> ResolveAsync(Caller caller, string label, CancellationToken cancellationToken);

    /// <summary>As whom the caller reads streams.</summary>
    Audience AudienceOf(Caller caller);

    /// <summary>Reads renewed credentials; null when they are not good.</summary>
    ValueTask<Caller?> AuthenticateAsync(string token, CancellationToken cancellationToken);

    /// <summary>A device of the caller has everything up to <paramref name="offset"/>. Must not block.</summary>
    void Acknowledged(StreamName stream, long offset);
}

/// <summary>A stream that may be followed, or why not.</summary>
public readonly record struct StreamAnswer(StreamName Stream, ErrorCode? Refused)
{
    public static StreamAnswer Refuse(ErrorCode code) => new(default, code);
}
