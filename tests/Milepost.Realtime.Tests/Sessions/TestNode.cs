using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Streams;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

/// <summary>
/// A node without a server around it: hub, registry, log, and a host that lets everybody follow everything. Several nodes share a log and have
/// backplanes that know each other.
/// </summary>
internal sealed class TestNode : ISessionHost, IEntryViews
{
    public TestNode(SessionLimits? limits = null, TimeProvider? time = null, TestLog? log = null, IBackplane? backplane = null)
    {
        Time = time ?? new FakeClock();
        Log = log ?? new TestLog();
        Backplane = backplane ?? new InProcessBackplane();
        Hub = new StreamHub(Backplane);
        Registry = new SessionRegistry(Time, NullLogger<SessionRegistry>.Instance);
        Server = new SessionServer(Hub, Log, this, this, limits ?? new SessionLimits(), Registry, Time);
    }

    public TimeProvider Time { get; }

    public FakeClock Clock => (FakeClock)Time;

    public TestLog Log { get; }

    public IBackplane Backplane { get; }

    public StreamHub Hub { get; }

    public SessionRegistry Registry { get; }

    public SessionServer Server { get; }

    public List<(string Label, long Offset)> Confirmed { get; } = [];

    public Func<string, Task> BeforeResolve { get; set; } = _ => Task.CompletedTask;

    public Func<Caller, Audience> Audience { get; set; } = _ => Protocol.Streams.Audience.Customer;

    /// <summary>What an audience sees of a body.</summary>
    public Func<byte[], Audience, byte[]> View { get; set; } = (body, _) => body;

    public Caller Caller => new("acme", "anna", Scopes.None, Time.GetUtcNow() + TimeSpan.FromHours(1));

    public static StreamName Stream(string label) => new("acme", label);

    /// <summary>Commits an entry and tells the listeners.</summary>
    public StreamFrame Publish(string label, int size = 40)
    {
        var frame = Log.Append(Stream(label), size);
        Hub.Publish(Stream(label), frame);
        return frame;
    }

    public void Append(string label, int count)
    {
        for (var index = 0; index < count; index++)
        {
            Log.Append(Stream(label));
        }
    }

    public TestConnection Connect(SessionKind kind = SessionKind.Duplex, Caller? caller = null, bool paused = false) => new(this, kind, caller ?? Caller, paused);

    /// <summary>A session that follows from a cursor, <c>earliest</c>, or now (null).</summary>
    public TestConnection Follow(string? since, params string[] labels)
    {
        var connection = Connect();
        connection.Follow(since, labels);
        return connection;
    }

    public async ValueTask<StreamAnswer> ResolveAsync(Caller caller, string label, CancellationToken cancellationToken)
    {
        await BeforeResolve(label);
        return new StreamAnswer(Stream(label), null);
    }

    public Audience AudienceOf(Caller caller) => Audience(caller);

    public byte[] Of(StreamName stream, byte[] body, Audience audience) => View(body, audience);

    public ValueTask<Caller?> AuthenticateAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult<Caller?>(null);

    public void Acknowledged(StreamName stream, long offset)
    {
        lock (Confirmed)
        {
            Confirmed.Add((stream.Label, offset));
        }
    }
}
