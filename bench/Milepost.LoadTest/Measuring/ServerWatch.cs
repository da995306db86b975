namespace Milepost.LoadTest.Measuring;

/// <summary>Memory and processor time of the nodes on this machine over a run.</summary>
internal sealed class ServerWatch(LoadSettings settings, TimeProvider clock)
{
    private readonly IReadOnlyList<Node> _nodes = Find(settings);
    private long _phase = clock.GetTimestamp();

    /// <summary>The connecting begins.</summary>
    public void Begin()
    {
        foreach (var node in _nodes)
        {
            node.Before = node.Probe.Rss();
        }

        Restart();
    }

    /// <summary>The connecting is over.</summary>
    public void Connected()
    {
        foreach (var node in _nodes)
        {
            node.ConnectCores = Cores(node);
        }
    }

    /// <summary>The rest is over, the posting begins.</summary>
    public void Rested()
    {
        foreach (var node in _nodes)
        {
            node.Connected = node.Probe.Rss();
        }

        Restart();
    }

    /// <summary>The posting is over.</summary>
    public void Posted()
    {
        foreach (var node in _nodes)
        {
            node.PostCores = Cores(node);
        }
    }

    /// <summary>Of the nodes that were there all the time.</summary>
    public IReadOnlyList<ServerReport> Report(ConnectReport connect)
    {
        var share = connect.Connected / settings.Urls.Count;
        var reports = new List<ServerReport>();
        foreach (var node in _nodes)
        {
            if (node is { Before: { } before, Connected: { } connected })
            {
                var perConnection = share > 0 && settings.Urls.Contains(node.Url) ? (connected - before) / 1024.0 / share : 0;
                reports.Add(new ServerReport(
                    node.Url, node.Probe.Pid, MiB(before), MiB(connected), Math.Round(perConnection, 2), MiB(node.Probe.Rss() ?? 0), node.ConnectCores, node.PostCores));
            }
        }

        return reports;
    }

    private static List<Node> Find(LoadSettings settings) =>
    [
        .. settings.Nodes
            .Select((url, index) => (Url: url, Probe: index < settings.ServerPids.Count ? new ServerProbe(settings.ServerPids[index]) : ServerProbe.Find(url)))
            .Where(node => node.Probe is not null)
            .DistinctBy(node => node.Probe!.Pid)
            .Select(node => new Node(node.Url, node.Probe!)),
    ];

    private static double MiB(long bytes) => Math.Round(bytes / 1048576.0, 1);

    private void Restart()
    {
        _phase = clock.GetTimestamp();
        foreach (var node in _nodes)
        {
            node.Cpu = node.Probe.CpuSeconds();
        }
    }

    private double Cores(Node node) =>
        node.Probe.CpuSeconds() is { } now && node.Cpu is { } start ? Math.Round((now - start) / clock.GetElapsedTime(_phase).TotalSeconds, 3) : 0;

    private sealed class Node(Uri url, ServerProbe probe)
    {
        public Uri Url { get; } = url;

        public ServerProbe Probe { get; } = probe;

        public long? Before { get; set; }

        public long? Connected { get; set; }

        public double? Cpu { get; set; }

        public double ConnectCores { get; set; }

        public double PostCores { get; set; }
    }
}
