using System.Text;
using Milepost.Core.Tests;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Storage.Tests.Sqlite;

namespace Milepost.Storage.Tests.Erasure;

public sealed class SqliteErasureTests : ErasureConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private readonly List<SqliteDatabase> _databases = [];

    internal override Task<ErasureStores> OpenAsync()
    {
        var database = SqliteDatabase.Open(Path.Combine(_directory.FullName, $"{_databases.Count}.db"));
        _databases.Add(database);
        return Task.FromResult(new ErasureStores(
            SqliteDatabaseTests.Over(database), new SqliteCustomerStore(database), new SqliteDeliveryQueue(database), new SqliteOutbox(database), () => Task.FromResult(database.Read(Dump))));
    }

    [Fact]
    public async Task Nothing_personal_is_left_in_the_files_either()
    {
        var all = await OpenAsync();
        await Ada.LiveAsync(all);
        // Enough that its pages overflow and are freed.
        await all.Stores.RecordAsync([.. Enumerable.Range(0, 200).Select(index => Some.Placed($"l-{index}", index, order: $"l-{index}") with
        {
            Note = string.Concat(Enumerable.Repeat("zimt ", 1_000)),
        })]);
        await _databases[0].CheckpointAsync(CancellationToken.None);
        await all.Stores.RecordAsync(Some.Customer("u-1", 3, Ada.Profile with { Name = "Zimt, Ada" }));
        Files().ShouldContain("zimt", Case.Insensitive);

        await all.Stores.RecordAsync(Ada.Erased());
        await _databases[0].CheckpointAsync(CancellationToken.None);
        Files().ShouldNotContain("zimt", Case.Insensitive);
    }

    private string Files() => string.Concat(_directory.GetFiles().Order(Comparer<FileInfo>.Create((left, right) => string.CompareOrdinal(left.Name, right.Name))).Select(file =>
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }));

    private static string Dump(SqliteSession session)
    {
        var tables = new List<string>();
        using (var statement = session.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"))
        {
            while (statement.Step())
            {
                tables.Add(statement.Text(0));
            }
        }

        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            var columns = new List<string>();
            using (var statement = session.Prepare($"SELECT name FROM pragma_table_info('{table}')"))
            {
                while (statement.Step())
                {
                    columns.Add(statement.Text(0));
                }
            }

            // As bytes, one column a time: whatever its type is.
            using var rows = session.Prepare($"SELECT {string.Join(", ", columns.Select(column => $"CAST({column} AS BLOB)"))} FROM {table}");
            while (rows.Step())
            {
                var values = new List<object> { table };
                for (var column = 0; column < columns.Count; column++)
                {
                    values.Add(rows.IsNull(column) ? "" : rows.Blob(column).ToArray());
                }

                ErasureStores.Append(dump, values);
            }
        }

        return dump.ToString();
    }

    public void Dispose()
    {
        _databases.ForEach(database => database.Dispose());
        _directory.Delete(recursive: true);
    }
}
