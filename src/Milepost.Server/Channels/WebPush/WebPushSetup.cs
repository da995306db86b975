using Milepost.Server.Settings;

namespace Milepost.Server.Channels.WebPush;

/// <summary>How browsers know this installation.</summary>
/// <param name="Keys">Null: pushes to browsers are not set up.</param>
/// <param name="Subject">Whom a push service may ask about us; empty: nobody is named.</param>
internal sealed record WebPushSetup(VapidKeys? Keys, string Subject)
{
    /// <summary>The keys of the settings, else those of the data directory where that belongs to one node.</summary>
    public static WebPushSetup Of(ServerSettings settings)
    {
        var options = settings.WebPush;
        var keys = options.PrivateKey.Length > 0 ? VapidKeys.Parse(options.PrivateKey)
            : settings.Storage.Provider == StorageOptions.Sqlite ? VapidKeys.ReadOrCreate(settings.Storage.DataDirectory)
            : null;
        var subject = options.Subject.Length > 0 ? options.Subject
            : settings.Gateway.PublicUrl.StartsWith("https://", StringComparison.Ordinal) ? settings.Gateway.PublicUrl
            : "";
        return new WebPushSetup(keys, subject);
    }
}
