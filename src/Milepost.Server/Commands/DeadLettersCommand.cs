using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Milepost.Core.DeadLetters;
using Milepost.Core.Recording;
using Milepost.Protocol;
using Milepost.Server.Hosting;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Settings;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary><c>milepost dead-letters</c>: messages that could not be recorded.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 100;

    private static readonly Argument<long> Id = new("id") { Description = "The number of a dead letter, as 'list' shows it" };

    private static readonly Option<long?> OneId = new("--id") { Description = "Only the dead letter with this number" };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Only those with this reason, for example unknown_status" };

    private static readonly Option<bool> All = new("--all") { Description = "All that are not replayed yet" };

    private static readonly Option<bool> Replayed = new("--replayed") { Description = "Also those that are replayed" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Says what would become of them and changes nothing" };

    public static Command Create()
    {
        var list = new VerbCommand("list", "Lists dead letters, oldest first.", "milepost dead-letters list", "milepost dead-letters list --reason unknown_status") { Reason, Replayed }.AcceptSettings();
        list.SetAction((parsed, cancellationToken) => AtDeskAsync(parsed, desk => ListAsync(parsed, desk, cancellationToken), cancellationToken));

        var show = new VerbCommand("show", "Shows one dead letter with its headers and its value. That may be personal data.", "milepost dead-letters show 17") { Id }.AcceptSettings();
        show.SetAction((parsed, cancellationToken) => AtDeskAsync(parsed, desk => ShowAsync(parsed, desk, cancellationToken), cancellationToken));

        var replay = new VerbCommand(
            "replay",
            "Tries dead letters again, under their own identities: what is recorded already stays as it is. Ends with 1 when one is refused again.",
            "milepost dead-letters replay --id 17",
            "milepost dead-letters replay --reason unknown_status --dry-run",
            "milepost dead-letters replay --all")
        {
            OneId, Reason, All, DryRun,
        }.AcceptSettings();
        replay.Validators.Add(result =>
        {
            var chosen = (result.GetValue(OneId) is null ? 0 : 1) + (result.GetValue(Reason) is null ? 0 : 1) + (result.GetValue(All) ? 1 : 0);
            if (chosen != 1)
            {
                result.AddError("Say which: --id, --reason or --all.");
            }
        });
        replay.SetAction((parsed, cancellationToken) => AtDeskAsync(parsed, desk => ReplayAsync(parsed, desk, cancellationToken), cancellationToken));

        return new VerbCommand("dead-letters", "Messages from Kafka that could not be recorded: why, and once more.", [.. list.Examples, .. show.Examples, .. replay.Examples])
        {
            list, show, replay,
        };
    }

    private static async Task<int> AtDeskAsync(ParseResult parsed, Func<DeadLetterDesk, Task<int>> act, CancellationToken cancellationToken)
    {
        switch (parsed.LoadSettings())
        {
            case SettingsResult.Loaded loaded:
                try
                {
                    await using var desk = await DeadLetterDesk.OpenAsync(loaded.Settings, cancellationToken);
                    return await act(desk);
                }
                catch (Exception failure) when (failure is StoreUnavailableException or StartRefusedException)
                {
                    return await parsed.FailAsync(failure.Message);
                }

            case SettingsResult.Refused refused:
                return await parsed.RefuseAsync(refused);
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<int> ListAsync(ParseResult parsed, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Id", "Received", "Topic", "Partition", "Offset", "Tenant", "Reason", "State");
        var count = 0;
        await foreach (var letter in LettersAsync(desk, parsed.GetValue(Reason), open: !parsed.GetValue(Replayed), cancellationToken))
        {
            count++;
            table.AddRow(new[]
            {
                Number(letter.Place), Rfc3339.Format(letter.ReceivedAt), letter.Message.Topic, Number(letter.Message.Partition), Number(letter.Message.Offset),
                letter.Tenant.Length > 0 ? letter.Tenant : "?", ReasonOf(letter.Reason), letter.State.ToString().ToLowerInvariant(),
            }.Select(text => new Text(text)));
        }

        var output = parsed.InvocationConfiguration.Output;
        if (count > 0)
        {
            Terminal.On(output).Write(table);
        }

        await output.WriteLineAsync(count == 1 ? "1 dead letter" : $"{count} dead letters");
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var place = parsed.GetValue(Id);
        if (await desk.Letters.FindAsync(place, cancellationToken) is not { } letter)
        {
            return await parsed.FailAsync($"there is no dead letter {place}");
        }

        await parsed.InvocationConfiguration.Output.WriteLineAsync(DeadLetterText.Of(letter));
        return ExitCode.Done;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, DeadLetterDesk desk, CancellationToken cancellationToken)
    {
        var dryRun = parsed.GetValue(DryRun);
        var letters = LettersAsync(desk, parsed.GetValue(Reason), open: true, cancellationToken);
        if (parsed.GetValue(OneId) is { } place)
        {
            if (await desk.Letters.FindAsync(place, cancellationToken) is not { } letter)
            {
                return await parsed.FailAsync($"there is no dead letter {place}");
            }

            letters = new[] { letter }.ToAsyncEnumerable();
        }

        var output = parsed.InvocationConfiguration.Output;
        var (recorded, duplicates, refused) = (0, 0, 0);
        await foreach (var letter in letters)
        {
            switch (await desk.ReplayAsync(letter, dryRun, cancellationToken))
            {
                case ReplayOutcome.Recorded:
                    recorded++;
                    await output.WriteLineAsync($"{letter.Place}: {(dryRun ? "can be recorded" : "recorded")}");
                    break;
                case ReplayOutcome.Duplicate:
                    duplicates++;
                    await output.WriteLineAsync($"{letter.Place}: recorded already");
                    break;
                case ReplayOutcome.Refused { Reason: var reason }:
                    refused++;
                    await output.WriteLineAsync($"{letter.Place}: refused, {ReasonOf(reason)}: {reason.Detail}");
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        await output.WriteLineAsync($"{recorded} {(dryRun ? "can be recorded" : "recorded")}, {duplicates} recorded already, {refused} refused");
        return refused == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async IAsyncEnumerable<DeadLetter> LettersAsync(
        DeadLetterDesk desk, string? reason, bool open, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (true)
        {
            var page = await desk.Letters.ListAsync(new DeadLetterQuery(open, reason, after, PageSize), cancellationToken);
            foreach (var letter in page)
            {
                yield return letter;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Place;
        }
    }

    private static string ReasonOf(DeadLetterReason reason) => reason.Field is null ? reason.Code : $"{reason.Code} ({reason.Field})";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
