using Milepost.Core.Deliveries;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteSuppressionStoreTests : SuppressionStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<ISuppressionStore> OpenAsync(AddressSecret secret)
    {
        _database ??= SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<ISuppressionStore>(new SqliteSuppressionStore(_database, secret));
    }

    [Fact]
    public async Task The_file_does_not_hold_the_address()
    {
        var store = await OpenAsync(new AddressSecret(""));
        await store.AddAsync([new Suppression(new ChannelAddress("acme", DeliveryChannel.Email, "Lovelace.Ada@example.org"), SuppressionReason.Manual, "told by lovelace.ada@example.org", DateTimeOffset.UnixEpoch)], CancellationToken.None);
        _database!.Dispose();
        _database = null;
        foreach (var file in _directory.GetFiles())
        {
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file.FullName)).ShouldNotContain("lovelace", Case.Insensitive);
        }
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
