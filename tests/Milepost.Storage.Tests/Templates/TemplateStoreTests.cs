using Milepost.Core.Templates;
using Milepost.Core.Tests;
using Milepost.Storage.Postgres;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Tests.Postgres;

namespace Milepost.Storage.Tests.Templates;

public sealed class MemoryTemplateStoreTests : TemplateStoreConformance
{
    internal override Task<ITemplateStore> OpenAsync() => Task.FromResult<ITemplateStore>(new MemoryTemplateStore());
}

public sealed class SqliteTemplateStoreTests : TemplateStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<ITemplateStore> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<ITemplateStore>(new SqliteTemplateStore(_database));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}

public sealed class PostgresTemplateStoreTests(PostgresFixture postgres) : TemplateStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<ITemplateStore> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresTemplateStore(_nodes.One);
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
