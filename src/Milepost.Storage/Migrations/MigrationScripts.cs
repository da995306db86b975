using System.Globalization;

namespace Milepost.Storage.Migrations;

/// <summary>One step of a schema.</summary>
/// <param name="Number">From 1 on, without gaps; the schema's version when it was applied.</param>
/// <param name="Name">For example <c>0002_deliveries</c>.</param>
/// <param name="Sql">The text.</param>
internal sealed record MigrationScript(int Number, string Name, string Sql);

/// <summary>The numbered scripts of one engine, as they are embedded in this assembly.</summary>
internal sealed class MigrationScripts
{
    private readonly List<MigrationScript> _all = [];

    /// <param name="engine">The name between the script's own and <c>.sql</c>: <c>sqlite</c> or <c>postgres</c>.</param>
    public MigrationScripts(string engine)
    {
        var suffix = $".{engine}.sql";
        var assembly = typeof(MigrationScripts).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[..^suffix.Length].Split('.')[^1];
            _all.Add(new MigrationScript(int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }
    }

    /// <summary>What a schema of this version lacks, in order.</summary>
    /// <exception cref="NewerSchemaException">The version is newer than what this program knows.</exception>
    public IEnumerable<MigrationScript> Behind(int version) => version <= _all[^1].Number
        ? _all.Where(script => script.Number > version)
        : throw new NewerSchemaException(version, _all[^1].Number);
}
