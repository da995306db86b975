namespace Milepost.Realtime.Sessions;

/// <summary>The budgets of one connection.</summary>
public sealed record SessionLimits
{
    /// <summary>Bytes that may wait for a connection; above it the session reads the log instead.</summary>
    public int QueueBytes { get; init; } = 64 * 1024;

    /// <summary>Answers that may wait for a connection that sends but does not read; above it the connection ends.</summary>
    public int ControlFrames { get; init; } = 256;

    public int Streams { get; init; } = 50;

    /// <summary>The longest message from a client, in bytes.</summary>
    public int MessageBytes { get; init; } = 64 * 1024;

    /// <summary>Frames from a client within <see cref="FrameWindow"/>.</summary>
    public int Frames { get; init; } = 200;

    public TimeSpan FrameWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Frames that are not understood before the connection ends.</summary>
    public int Mistakes { get; init; } = 10;

    /// <summary>How long before the end of the credentials the client is told.</summary>
    public TimeSpan ExpiryNotice { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Entries read from the log at a time.</summary>
    public int ReadChunk { get; init; } = 128;

    /// <summary>Entries in one long-poll answer.</summary>
    public int PollEntries { get; init; } = 500;
}
