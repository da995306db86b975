using System.Diagnostics;
using Milepost.Core.Access;
using Milepost.Core.Customers;
using Milepost.Core.DeadLetters;
using Milepost.Core.Deliveries;
using Milepost.Core.Leases;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Milepost.Core.Silence;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Server.Settings;
using Milepost.Storage;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Storage.Postgres.Tracking;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Storage.Sqlite.Tracking;

namespace Milepost.Server.Hosting.Storage;

/// <summary>The one place that knows which engine runs.</summary>
internal static class StorageSetup
{
    // When PostgreSQL stands still, Npgsql blocks a thread for each command that it gives up (it asks for the command's end over a second connection).
    // The pool grows by a thread or two a second; until then nobody else would be answered. At rest these threads do not exist.
    private const int MinThreads = 64;

    /// <summary>Registers the stores, and the loops that open and watch the database. Before all other loops: they need it.</summary>
    public static void Add(IServiceCollection services, StorageOptions storage)
    {
        services.AddHostedService<StorageStart>();
        switch (storage.Provider)
        {
            case StorageOptions.Sqlite:
                services.AddSingleton(_ => Open(storage));
                services.AddSingleton<IStorageEngine, SqliteEngine>();
                services.AddSingleton<IOrderStore, SqliteOrderStore>();
                services.AddSingleton<ICustomerStore, SqliteCustomerStore>();
                services.AddSingleton<INotificationStore, SqliteNotificationStore>();
                services.AddSingleton<IStreamLog, SqliteStreamLog>();
                services.AddSingleton<IRetentionStore, SqliteRetentionStore>();
                services.AddSingleton<IDeadLetterStore, SqliteDeadLetterStore>();
                services.AddSingleton<IRevocationStore, SqliteRevocationStore>();
                services.AddSingleton<IShareStore, SqliteShareStore>();
                services.AddSingleton<ITemplateStore, SqliteTemplateStore>();
                services.AddSingleton<ITenantStore, SqliteTenantStore>();
                services.AddSingleton<ILeaseStore, SqliteLeaseStore>();
                services.AddSingleton<IDeliveryQueue, SqliteDeliveryQueue>();
                services.AddSingleton<IDeliveryHistory, SqliteDeliveryHistory>();
                services.AddSingleton<IOutbox, SqliteOutbox>();
                services.AddSingleton<IClearanceStore, SqliteClearanceStore>();
                services.AddSingleton<IDecisionStore, SqliteDecisionStore>();
                services.AddSingleton<IDeliveryLimitStore, SqliteDeliveryLimitStore>();
                services.AddSingleton<ISuppressionStore, SqliteSuppressionStore>();
                services.AddSingleton<ITrackingStore, SqliteTrackingStore>();
                services.AddSingleton<IOrderWatch, SqliteOrderWatch>();
                services.AddHostedService<CheckpointLoop>();
                break;
            case StorageOptions.Postgres:
                ThreadPool.GetMinThreads(out var workers, out var completions);
                ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
                services.AddSingleton(_ => new PostgresDatabase(Settings(storage)));
                services.AddSingleton<IStorageEngine, PostgresEngine>();
                services.AddSingleton<IOrderStore, PostgresOrderStore>();
                services.AddSingleton<ICustomerStore, PostgresCustomerStore>();
                services.AddSingleton<INotificationStore, PostgresNotificationStore>();
                services.AddSingleton<IStreamLog, PostgresStreamLog>();
                services.AddSingleton<IRetentionStore, PostgresRetentionStore>();
                services.AddSingleton<IDeadLetterStore, PostgresDeadLetterStore>();
                services.AddSingleton<IDeliveryQueue>(provider => new PostgresDeliveryQueue(provider.GetRequiredService<PostgresDatabase>()));
                services.AddSingleton<IDeliveryHistory, PostgresDeliveryHistory>();
                services.AddSingleton<IOutbox, PostgresOutbox>();
                services.AddSingleton<IClearanceStore, PostgresClearanceStore>();
                services.AddSingleton<IDecisionStore, PostgresDecisionStore>();
                services.AddSingleton<IDeliveryLimitStore, PostgresDeliveryLimitStore>();
                services.AddSingleton<ISuppressionStore, PostgresSuppressionStore>();
                services.AddSingleton<IRevocationStore, PostgresRevocationStore>();
                services.AddSingleton<IShareStore, PostgresShareStore>();
                services.AddSingleton<ITemplateStore, PostgresTemplateStore>();
                services.AddSingleton<ITenantStore, PostgresTenantStore>();
                services.AddSingleton<ITrackingStore, PostgresTrackingStore>();
                services.AddSingleton<IOrderWatch, PostgresOrderWatch>();
                services.AddSingleton<ILeaseStore>(provider => new PostgresLeaseStore(provider.GetRequiredService<PostgresDatabase>()));
                break;
            default:
                throw new UnreachableException();
        }

        services.AddSingleton<StorageWatch>();
        services.AddSingleton<IReadinessPart>(provider => provider.GetRequiredService<StorageWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<StorageWatch>());
    }

    private static SqliteDatabase Open(StorageOptions storage)
    {
        try
        {
            return SqliteDatabase.Open(DatabasePath(storage));
        }
        catch (Exception failure) when (failure is NewerSchemaException or StoreUnavailableException)
        {
            // Unlike a server, a file does not come back: there is nothing to wait for.
            throw new StartRefusedException(failure.Message);
        }
    }

    /// <summary>Where the data is, for the operator's eyes.</summary>
    public static string Describe(StorageOptions storage) => storage.Provider == StorageOptions.Postgres ? Settings(storage).Describe() : storage.DataDirectory;

    /// <summary>The file of the embedded database.</summary>
    public static string DatabasePath(StorageOptions storage) => Path.Combine(storage.DataDirectory, "milepost.db");

    public static PostgresSettings Settings(StorageOptions storage) => new(storage.ConnectionString, storage.WriteConnections, storage.ReadConnections);
}
