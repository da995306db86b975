using Milepost.Core.Recording;
using Milepost.Server.Settings;
using Milepost.Storage;
using Milepost.Storage.Postgres;
using Milepost.Storage.Sqlite;

namespace Milepost.Server.Hosting.Storage;

/// <summary>Brings the database to this version's schema.</summary>
internal static class Migration
{
    /// <summary>The exit code; each step is told to <paramref name="progress"/>.</summary>
    public static async Task<int> RunAsync(ServerSettings settings, Action<string> progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            progress($"{await MigrateAsync(settings.Storage, progress, cancellationToken)} is up to date");
            return 0;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or NewerSchemaException)
        {
            progress(failure.Message);
            return 1;
        }
    }

    private static async Task<string> MigrateAsync(StorageOptions storage, Action<string> progress, CancellationToken cancellationToken)
    {
        if (storage.Provider == StorageOptions.Sqlite)
        {
            var path = StorageSetup.DatabasePath(storage);
            using var file = SqliteDatabase.Open(path, progress);
            return path;
        }

        var settings = StorageSetup.Settings(storage);
        await using var database = new PostgresDatabase(settings);
        foreach (var warning in await database.OpenAsync(TimeProvider.System, progress, cancellationToken))
        {
            progress(warning);
        }

        return settings.Describe();
    }
}
