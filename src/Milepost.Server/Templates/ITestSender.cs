using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;

namespace Milepost.Server.Templates;

/// <summary>Sends a message that no notification stands behind, so that the author of a template sees it where customers do.</summary>
internal interface ITestSender
{
    /// <summary>Sends once, and tells what the provider said.</summary>
    /// <param name="tenant">Whose brand and providers.</param>
    /// <param name="channel">E-mail or SMS: what an address can be given for.</param>
    /// <param name="address">Where to; as the caller wrote it.</param>
    /// <param name="text">What.</param>
    /// <param name="cancellationToken">The limit of time.</param>
    Task<TestAnswer> SendAsync(string tenant, NotificationChannel channel, string address, RenderedText text, CancellationToken cancellationToken);
}

/// <summary>What became of a test message.</summary>
internal sealed record TestAnswer(bool IsSent, string Answer);
