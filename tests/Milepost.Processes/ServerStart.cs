namespace Milepost.Processes;

/// <summary>How a server process is started.</summary>
public sealed record ServerStart
{
    /// <summary>Further arguments of <c>milepost serve</c>, such as <c>--Gateway:DrainSeconds=0</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Further environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The port to listen on; a free one when null.</summary>
    public int? Port { get; init; }

    /// <summary>The data of an earlier run, which stays; a temporary directory that is removed when null.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>What failures call it.</summary>
    public string Name { get; init; } = "milepost";
}
