using System.Diagnostics;
using Milepost.Core.DeadLetters;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Errors;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Ingest;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;
using Milepost.Server.Templates;
using Milepost.Server.Tenants;
using Milepost.Server.Worker;
using Milepost.Storage;

namespace Milepost.Server.Hosting;

/// <summary>What became of a dead letter that was tried again.</summary>
internal abstract record ReplayOutcome
{
    private ReplayOutcome()
    {
    }

    /// <summary>It is recorded now; or, in a dry run, it could be.</summary>
    public sealed record Recorded : ReplayOutcome;

    /// <summary>Its event was recorded already.</summary>
    public sealed record Duplicate : ReplayOutcome;

    public sealed record Refused(DeadLetterReason Reason) : ReplayOutcome;
}

/// <summary>
/// Dead letters for the command line: the same store, reader and recorder as the server's, without the server. It may run beside servers; their live
/// connections find what it records by their head check.
/// </summary>
internal sealed class DeadLetterDesk : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly EventRecorder _recorder;
    private readonly KafkaEventReader _reader;
    private readonly Task _recording;

    private DeadLetterDesk(ServiceProvider services, KafkaOptions kafka)
    {
        _services = services;
        _reader = KafkaServices.EventReaderOf(kafka);
        _recorder = services.GetRequiredService<EventRecorder>();
        _recording = _recorder.RunAsync();
        Letters = services.GetRequiredService<IDeadLetterStore>();
    }

    public IDeadLetterStore Letters { get; }

    /// <exception cref="StoreUnavailableException">The database cannot be reached.</exception>
    /// <exception cref="StartRefusedException">It belongs to a newer version.</exception>
    public static async Task<DeadLetterDesk> OpenAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ICommitListener, Nobody>();
        services.AddSingleton<DeliverySignal>();
        StorageSetup.Add(services, settings.Storage);
        TenantParts.Add(services);
        Recording.Add(services, settings);
        var provider = services.BuildServiceProvider();
        try
        {
            await provider.GetRequiredService<IStorageEngine>().OpenAsync(_ => { }, cancellationToken);

            // What is recorded here causes the same messages in the same words as anywhere else. Nothing is hosted, so both are read once.
            await ActivatorUtilities.CreateInstance<TenantLoop>(provider).RunOnceAsync(cancellationToken);
            await ActivatorUtilities.CreateInstance<TemplateLoop>(provider).RunOnceAsync(cancellationToken);
            return new DeadLetterDesk(provider, settings.Kafka);
        }
        catch (NewerSchemaException newer)
        {
            await provider.DisposeAsync();
            throw new StartRefusedException(newer.Message);
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tries a letter again by the way that its message came, under the same identity, and writes down what became of it.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is known; trying again is harmless.</exception>
    public async Task<ReplayOutcome> ReplayAsync(DeadLetter letter, bool dryRun, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var read = _reader.Read(letter.Message, now);
        if (dryRun)
        {
            return read.Rejection is { } wrong ? Refuse(wrong) : new ReplayOutcome.Recorded();
        }

        var outcome = read.Event is { } recorded ? await RecordAsync(recorded, cancellationToken) : Refuse(read.Rejection!);
        await Letters.MarkAsync(letter.Place, (outcome as ReplayOutcome.Refused)?.Reason, now, cancellationToken);
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        _recorder.Complete();
        await _recording;
        await _services.DisposeAsync();
    }

    private async Task<ReplayOutcome> RecordAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        try
        {
            return await _recorder.RecordAsync([recorded], cancellationToken) switch
            {
                RecordResult.Recorded { Outcomes: [var one] } => one switch
                {
                    RecordOutcome.Accepted => new ReplayOutcome.Recorded(),
                    RecordOutcome.Duplicate => new ReplayOutcome.Duplicate(),
                    RecordOutcome.Rejected rejected => Refuse(new Rejection(rejected.Code, rejected.Field, rejected.Detail)),
                    _ => throw new UnreachableException(),
                },
                RecordResult.Unavailable unavailable => throw new StoreUnavailableException(unavailable.Reason),
                _ => throw new UnreachableException(),
            };
        }
        catch (Exception failure) when (failure is not (StoreUnavailableException or UnreachableException) && !cancellationToken.IsCancellationRequested)
        {
            // What put the message aside may still be so: the recorder cannot bear it. The other letters are tried all the same.
            return Refuse(new Rejection(ErrorCode.Internal, null, $"Recording it failed with {failure.GetType().Name}."));
        }
    }

    private static ReplayOutcome Refuse(Rejection rejection) => new ReplayOutcome.Refused(new DeadLetterReason(rejection.Code.Code, rejection.Field, rejection.Detail));

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
            // Nobody is connected to this process.
        }
    }
}
