using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>What all sessions of a node share.</summary>
public sealed record SessionServer(
    StreamHub Hub, IStreamSource Source, IEntryViews Views, ISessionHost Host, SessionLimits Limits, SessionRegistry Registry, TimeProvider Time);
