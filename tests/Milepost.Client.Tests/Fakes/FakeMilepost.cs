using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Milepost.Client.Streams;

namespace Milepost.Client.Tests.Fakes;

/// <summary>
/// A small server that speaks the live protocol over one stream <c>notifications</c>, and misbehaves as a <see cref="Plan"/> per
/// connection says. Its cursors are <c>c</c> and the offset.
/// </summary>
internal sealed class FakeMilepost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Plan> _plans = new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _length;

    private FakeMilepost(WebApplication app) => _app = app;

    /// <summary>What to do with REST calls.</summary>
    public RequestDelegate Rest { get; set; } = context => Problem(context, 404, "not_found", retry: false);

    /// <summary>Each connection (or poll) as it came in.</summary>
    public Channel<Opened> Connections { get; } = Channel.CreateUnbounded<Opened>();

    /// <summary>Each text frame that a client sent.</summary>
    public Channel<string> ClientFrames { get; } = Channel.CreateUnbounded<string>();

    /// <summary>The close code of each WebSocket that a client closed in order.</summary>
    public Channel<int> ClientCloses { get; } = Channel.CreateUnbounded<int>();

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public CancellationToken Stopping => _stopping.Token;

    public int Length
    {
        get
        {
            lock (_gate)
            {
                return _length;
            }
        }
    }

    public static async Task<FakeMilepost> StartAsync(params Plan[] plans)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeMilepost(app);
        server.Then(plans);
        app.UseWebSockets();
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public void Then(params Plan[] plans)
    {
        foreach (var plan in plans)
        {
            _plans.Enqueue(plan);
        }
    }

    public void Append(int count = 1)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            _length += count;
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        grown.SetResult();
    }

    public Task GrownAsync(long behind)
    {
        lock (_gate)
        {
            return _length > behind ? Task.CompletedTask : _grown.Task;
        }
    }

    public MilepostClientOptions Options(StreamTransport transport = StreamTransport.WebSocket) => new()
    {
        BaseAddress = Address,
        Tenant = "demo",
        Token = MilepostClientOptions.ConstantToken("t0ken"),
        Transport = transport,
        Random = new Random(1),
        BackoffMin = TimeSpan.FromMilliseconds(1),
        BackoffMax = TimeSpan.FromMilliseconds(5),
    };

    public static async Task Problem(HttpContext context, int status, string? code, bool retry)
    {
        context.Response.StatusCode = status;
        if (code is null)
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<h1>Bad gateway</h1>");
            return;
        }

        context.Response.ContentType = "application/problem+json";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(new { type = "about:blank", title = "The title", status, code, detail = "the detail", field = "data.status", retry }));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path is not ("/ws" or "/api/v1/sse" or "/api/v1/poll"))
        {
            await Rest(context);
            return;
        }

        var since = context.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? context.Request.Query["since"].FirstOrDefault();
        Connections.Writer.TryWrite(new Opened(path, context.Request.Query["streams"].ToString(), since, context.Request.Headers.Authorization.ToString()));
        var plan = _plans.TryDequeue(out var next) ? next : Plan.Serve;
        if (plan.Status is { } status)
        {
            if (plan.RetryAfterSeconds is { } seconds)
            {
                context.Response.Headers.RetryAfter = $"{seconds}";
            }

            await Problem(context, status, plan.Code, plan.Retry);
            return;
        }

        var frames = new FakeFrames(this, plan);
        await (path switch
        {
            "/ws" => FakeTransports.WebSocketAsync(context, this, frames, plan, since),
            "/api/v1/sse" => FakeTransports.ServerSentEventsAsync(context, this, frames, plan, since),
            _ => FakeTransports.LongPollAsync(context, this, frames, plan, since),
        });
    }

    internal sealed record Opened(string Path, string Streams, string? Since, string Authorization);
}
