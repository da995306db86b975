using System.Globalization;
using System.Security.Cryptography;
using Milepost.Storage.Migrations;

namespace Milepost.Storage.Sqlite;

/// <summary>Brings the schema up to date: numbered scripts, forward only, each in a transaction of its own.</summary>
internal static class SqliteMigrations
{
    public static void Apply(SqliteSession session, Action<string>? progress)
    {
        var version = Version(session);
        foreach (var (number, name, sql) in new MigrationScripts("sqlite").Behind(version))
        {
            progress?.Invoke($"applying {name}");
            // Several processes may start at once: the one that waited finds the work done.
            session.Run("BEGIN IMMEDIATE");
            if (Version(session) < number)
            {
                session.Script(sql);
                session.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {number}"));
                if (number == 1)
                {
                    var epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
                    session.Prepare("INSERT INTO meta (key, value) VALUES ('epoch', ?)").Bind(1, epoch.ToString(CultureInfo.InvariantCulture)).Run();
                }
            }

            session.Run("COMMIT");
        }
    }

    private static int Version(SqliteSession session)
    {
        using var statement = session.Prepare("PRAGMA user_version");
        statement.Step();
        return statement.Int(0);
    }
}
