using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>Settings of the server under which Milepost works, and which weaken what it promises.</summary>
internal static class PostgresWarnings
{
    public static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT rolsuper OR rolbypassrls, current_setting('fsync') = 'off', current_setting('full_page_writes') = 'off' FROM pg_roles WHERE rolname = current_user", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var warnings = new List<string>();
        if (reader.GetBoolean(0))
        {
            warnings.Add("The PostgreSQL role is a superuser or has BYPASSRLS, so row-level security does not separate the tenants for it. Use a role of its own that owns the database.");
        }

        if (reader.GetBoolean(1) || reader.GetBoolean(2))
        {
            warnings.Add("PostgreSQL runs with fsync or full_page_writes off: what it reports as committed can be lost when the machine fails.");
        }

        return warnings;
    }
}
