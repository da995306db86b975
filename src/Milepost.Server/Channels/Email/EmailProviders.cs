using Milepost.Server.Hosting;

namespace Milepost.Server.Channels.Email;

/// <summary>The SMTP servers, in the order in which they are asked. Tells how they are: a node without mail serves everything else.</summary>
internal sealed class EmailProviders : IReadinessPart, IDisposable
{
    private readonly SmtpProvider[] _all;

    public EmailProviders(EmailOptions options, TimeProvider time, ILogger<SmtpProvider> logger)
    {
        var writer = new EmailWriter(options, time);
        _all = [.. options.Servers.Select(entry => new SmtpProvider(
            SmtpServer.Parse(entry, out var problem) ?? throw new InvalidOperationException($"Channels:Email:Servers {problem}"), writer, options, time, logger))];
    }

    public IReadOnlyList<IProvider> All => _all;

    public string Name => "email";

    public Readiness Current => _all.Length > 0 && Array.TrueForAll(_all, provider => provider.IsDown)
        ? new Readiness(ReadinessState.Degraded, "No SMTP server could be used for the last message; mail waits.")
        : new Readiness(ReadinessState.Ready);

    public void Dispose() => Array.ForEach(_all, provider => provider.Dispose());
}
