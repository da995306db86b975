using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Milepost.Server.Tests.Logistics;

/// <summary>A real web server that answers as a test says, and keeps what it was asked.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ends = new();

    private ScriptedService()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        _app.Run(async context =>
        {
            Asked.Enqueue(new AskedFor(context.Request.Path + context.Request.QueryString, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            await Answer(context);
        });
    }

    public string Url => _app.Urls.First();

    /// <summary>Every request, oldest first.</summary>
    public ConcurrentQueue<AskedFor> Asked { get; } = [];

    public Func<HttpContext, Task> Answer { get; set; } = context => context.Response.WriteAsync("");

    public CancellationToken Ends => _ends.Token;

    public static async Task<ScriptedService> StartAsync(Func<HttpContext, Task>? answer = null)
    {
        var service = new ScriptedService();
        service.Answer = answer ?? service.Answer;
        await service._app.StartAsync();
        return service;
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task JsonAsync(HttpContext context, string body, string? tag = null)
    {
        context.Response.ContentType = "application/json";
        if (tag is not null)
        {
            context.Response.Headers.ETag = tag;
        }

        await context.Response.WriteAsync(body);
    }

    public static async Task SendAsync(WebSocket socket, string text) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _app.DisposeAsync();
        _ends.Dispose();
    }
}

internal sealed record AskedFor(string Path, IReadOnlyDictionary<string, string> Headers);
