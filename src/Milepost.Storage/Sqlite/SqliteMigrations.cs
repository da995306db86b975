using System.Globalization;
using System.Security.Cryptography;
using Milepost.Core.Recording;

namespace Milepost.Storage.Sqlite;

/// <summary>Brings the schema up to date: numbered scripts, forward only, each in a transaction of its own.</summary>
internal static class SqliteMigrations
{
    private const string Suffix = ".sqlite.sql";

    public static void Apply(SqliteSession session, Action<string>? progress)
    {
        var scripts = Scripts();
        var version = Version(session);
        if (version > scripts[^1].Number)
        {
            throw new StoreUnavailableException(
                $"The database has schema version {version}, this program knows {scripts[^1].Number}. It was written by a newer version: run that one.");
        }

        foreach (var (number, name, sql) in scripts.Where(script => script.Number > version))
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

    private static List<(int Number, string Name, string Sql)> Scripts()
    {
        var assembly = typeof(SqliteMigrations).Assembly;
        var scripts = new List<(int, string, string)>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[..^Suffix.Length].Split('.')[^1];
            scripts.Add((int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        return scripts;
    }
}
