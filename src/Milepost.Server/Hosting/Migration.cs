namespace Milepost.Server.Hosting;

/// <summary>Brings the database to this version's schema.</summary>
internal static class Migration
{
    /// <summary>The exit code; each step is told to <paramref name="progress"/>.</summary>
    public static Task<int> RunAsync(ServerSettings settings, Action<string> progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress($"{settings.Storage.Provider} in {settings.Storage.DataDirectory}: nothing to do yet");
        return Task.FromResult(0);
    }
}
