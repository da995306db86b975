using Milepost.Core.Recording;
using Milepost.Storage.Sqlite;

namespace Milepost.Server.Hosting;

/// <summary>Brings the database to this version's schema.</summary>
internal static class Migration
{
    /// <summary>The file of the embedded database.</summary>
    public static string DatabasePath(StorageOptions storage) => Path.Combine(storage.DataDirectory, "milepost.db");

    /// <summary>The exit code; each step is told to <paramref name="progress"/>.</summary>
    public static Task<int> RunAsync(ServerSettings settings, Action<string> progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = DatabasePath(settings.Storage);
        try
        {
            using var database = SqliteDatabase.Open(path, progress);
            progress($"{path} is up to date");
            return Task.FromResult(0);
        }
        catch (StoreUnavailableException failure)
        {
            progress(failure.Message);
            return Task.FromResult(1);
        }
    }
}
