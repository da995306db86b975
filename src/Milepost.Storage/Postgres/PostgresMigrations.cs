using System.Globalization;
using System.Security.Cryptography;
using Milepost.Storage.Migrations;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>Brings the schema up to date: numbered scripts, forward only, each in a transaction of its own.</summary>
internal static class PostgresMigrations
{
    // "milepost" in ASCII: one lock for the whole database, so that several nodes may start at once.
    private const long Lock = 0x6d696c65706f7374;

    public static async Task ApplyAsync(NpgsqlConnection connection, Action<string>? progress, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(connection, cancellationToken);
        foreach (var (number, name, sql) in new MigrationScripts("postgres").Behind(version))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // Waits for as long as another node migrates; the one that waited finds the work done.
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({Lock})"), cancellationToken);
            if (await VersionAsync(connection, cancellationToken) < number)
            {
                progress?.Invoke($"applying {name}");
                await RunAsync(connection, sql, cancellationToken);
                if (number == 1)
                {
                    var epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
                    await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO meta (key, value) VALUES ('epoch', '{epoch}'), ('schema', '0')"), cancellationToken);
                }

                await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"UPDATE meta SET value = '{number}' WHERE key = 'schema'"), cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Not to_regclass: it answers from the session's cache, which has not heard of what another node made while we waited for the lock.
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'meta' AND relnamespace = current_schema()::regnamespace)", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return 0;
        }

        await using var version = new NpgsqlCommand("SELECT value::integer FROM meta WHERE key = 'schema'", connection);
        return (int)(await version.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
