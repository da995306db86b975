using Spectre.Console;

namespace Milepost.Server.Demo;

/// <summary>What the person who started the demo sees in the terminal.</summary>
internal sealed class DemoConsole(IAnsiConsole console, DemoTally tally, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    public void Open(string address, string dataDirectory, bool isTemporary, int seed)
    {
        console.WriteLine();
        console.Write(new Markup($"  Open [bold link]{Markup.Escape(address)}[/] and be a customer.\n"));
        console.Write(new Markup($"  [grey]data {Markup.Escape(dataDirectory)}{(isTemporary ? ", removed at the end" : "")}[/]\n"));
        console.Write(new Markup($"  [grey]seed {seed} · Ctrl-C ends the demo[/]\n\n"));
    }

    public void Tell(string problem) => console.Write(new Markup($"  [yellow]{Markup.Escape(problem)}[/]\n"));

    /// <summary>One line that stays up to date; where the output is not a terminal, a line now and then.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (console.Profile.Capabilities.Interactive)
        {
            await console.Status().Spinner(Spinner.Known.Dots).StartAsync(Line(), async context =>
            {
                while (true)
                {
                    context.Status(Line());
                    await Task.Delay(Refresh, time, cancellationToken);
                }
            });
        }

        while (true)
        {
            await Task.Delay(LineEvery, time, cancellationToken);
            console.Write(new Markup($"  {Line()}\n"));
        }
    }

    private string Line()
    {
        var counts = tally.Counts;
        var rejected = counts.Rejected > 0 ? $" · [red]{counts.Rejected} rejected[/]" : "";
        return $"{counts.ActiveOrders} orders under way · {counts.Posted} events recorded · {counts.Duplicates} sent twice{rejected}";
    }
}
