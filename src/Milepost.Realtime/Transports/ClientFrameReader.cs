using System.Buffers;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Transports;

/// <summary>Understands what a client sends and does it. Whatever is not understood is answered, and counted.</summary>
internal sealed class ClientFrameReader(Session session, SessionServer server)
{
    // Longer ones name nothing, and are echoed in errors: a client must not make us queue megabytes.
    private const int MaxLabelLength = 10 + Identifiers.MaxLength;

    private readonly WebSocketReader _reader = new(server.Limits.MessageBytes);
    private long _windowStart;
    private int _inWindow;
    private int _mistakes;

    public WebSocketEvent Read(ref ReadOnlySequence<byte> buffer) => _reader.Read(ref buffer);

    /// <summary>Counts one frame. False: there were too many, the session closes.</summary>
    public bool Count()
    {
        if (server.Time.GetElapsedTime(_windowStart) > server.Limits.FrameWindow)
        {
            _windowStart = server.Time.GetTimestamp();
            _inWindow = 0;
        }

        if (++_inWindow > server.Limits.Frames)
        {
            session.Close(CloseCode.TooManyFrames);
            return false;
        }

        return true;
    }

    public async ValueTask HandleAsync(byte[] message)
    {
        if (!Count() || !session.IsOpen)
        {
            // Closed: what comes until the other end has seen that is of no use any more.
            return;
        }

        ClientFrame? frame;
        try
        {
            frame = JsonSerializer.Deserialize(message, ProtocolJson.Default.ClientFrame);
        }
        catch (JsonException)
        {
            frame = null;
        }

        if (frame?.Type is null)
        {
            Mistake(ErrorCode.MalformedFrame, "A frame is a JSON object with a type.");
            return;
        }

        try
        {
            await ActAsync(frame);
        }
        catch (Exception failure)
        {
            server.Registry.Failed(failure);
            session.Close(CloseCode.InternalError);
        }
    }

    private async ValueTask ActAsync(ClientFrame frame)
    {
        switch (frame.Type)
        {
            case FrameTypes.Subscribe:
                await SubscribeAsync(frame);
                break;
            case FrameTypes.Unsubscribe:
                Unsubscribe(frame);
                break;
            case FrameTypes.Ack when Cursor.TryParse(frame.Cursor, out var cursor):
                session.Acknowledge(cursor);
                break;
            case FrameTypes.Ack:
                Mistake(ErrorCode.InvalidCursor, "ack needs the cursor of a frame.");
                break;
            case FrameTypes.Token:
                await RenewAsync(frame.Token);
                break;
            case FrameTypes.Visible:
                session.Visible = frame.Visible ?? true;
                break;
            case FrameTypes.Ping:
                session.Send(ControlFrames.Pong);
                break;
            default:
                Mistake(ErrorCode.UnknownFrameType, "The frame types are subscribe, unsubscribe, ack, token, visible and ping.");
                break;
        }
    }

    private async ValueTask SubscribeAsync(ClientFrame frame)
    {
        if (frame.Streams is not { Count: > 0 } labels || labels.Any(label => label is null or { Length: > MaxLabelLength }))
        {
            Mistake(ErrorCode.MissingField, "subscribe needs streams: a list of names.");
            return;
        }

        if (!SinceText.TryParse(frame.Since, out var since))
        {
            Mistake(ErrorCode.InvalidCursor, "since is the cursor of a frame, or \"earliest\".");
            return;
        }

        if (session.StreamCount + labels.Distinct(StringComparer.Ordinal).Count(label => !session.Follows(label)) > server.Limits.Streams)
        {
            Mistake(ErrorCode.TooManyStreams, $"One connection follows at most {server.Limits.Streams} streams.");
            return;
        }

        var accepted = new List<(string, StreamName, Since)>();
        foreach (var label in labels.Distinct(StringComparer.Ordinal))
        {
            var answer = await server.Host.ResolveAsync(session.Caller, label, CancellationToken.None);
            if (answer.Refused is { } refused)
            {
                session.Send(ControlFrames.Error(refused, "This stream cannot be followed.", label));
            }
            else
            {
                accepted.Add((label, answer.Stream, since.For(label)));
            }
        }

        if (accepted.Count > 0)
        {
            session.Subscribe(accepted);
        }
    }

    private void Unsubscribe(ClientFrame frame)
    {
        foreach (var label in frame.Streams ?? [])
        {
            session.Unsubscribe(label);
        }
    }

    private async ValueTask RenewAsync(string? token)
    {
        var caller = token is null ? null : await server.Host.AuthenticateAsync(token, CancellationToken.None);
        if (caller is null)
        {
            // The old credentials still hold until their own end.
            Mistake(ErrorCode.Unauthorized, "The token is not valid.");
        }
        else if (caller.Tenant != session.Caller.Tenant || caller.Subject != session.Caller.Subject || caller.Scopes != session.Caller.Scopes)
        {
            session.Close(CloseCode.CallerChanged);
        }
        else
        {
            session.Renew(caller);
        }
    }

    private void Mistake(ErrorCode code, string detail)
    {
        session.Send(ControlFrames.Error(code, detail, null));
        if (++_mistakes >= server.Limits.Mistakes)
        {
            session.Close(CloseCode.ProtocolViolation);
        }
    }
}
