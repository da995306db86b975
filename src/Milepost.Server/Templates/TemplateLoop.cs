using Milepost.Core.Recording;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>Reads what other nodes have put in or out of use, every five seconds.</summary>
internal sealed partial class TemplateLoop(ITemplateStore store, TemplateCatalog catalog, Texts texts, TimeProvider time, ILogger<TemplateLoop> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Nodes write their own times, and a commit may be seen later than its time: what is that old is read again.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private DateTimeOffset? _readUpTo;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first event: its words are the tenant's already.
        await RunOnceAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>One pass.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            catalog.Learn(await store.ListUsedAsync((_readUpTo - Overlap) ?? DateTimeOffset.MinValue, now - TemplateCatalog.Reach, cancellationToken), now);
            _readUpTo = now;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotRead(logger, failure);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The engine compiles itself when it is first used; nobody's order should wait for that.
        texts.RenderBuiltIn(new TemplateName(BuiltInTexts.DefaultType, NotificationChannel.InApp, LocaleTag.Last), LocaleTag.Last, new TextModel { Now = time.GetUtcNow() });
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The templates could not be read; they are read again in a few seconds")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
