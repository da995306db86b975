using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Access;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Settings;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access.Revocations;

public sealed class RevocationLoopTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly MemoryRevocationStore _store = new();
    private readonly RevocationMarks _marks = new(new AuthOptions());
    private readonly RedisConnections _redis = new([], TimeProvider.System, NullLogger<RedisConnection>.Instance);
    private readonly RevocationLoop _loop;

    public RevocationLoopTests() =>
        _loop = new RevocationLoop(_store, _marks, new RevocationHints(_redis), new SessionRegistry(_clock, NullLogger<SessionRegistry>.Instance), _clock, NullLogger<RevocationLoop>.Instance);

    public void Dispose()
    {
        _loop.Dispose();
        _redis.Dispose();
    }

    [Fact]
    public async Task What_was_revoked_before_the_start_is_revoked_when_the_start_is_over()
    {
        await RevokeAsync("ada", _clock.GetUtcNow().AddDays(-300));
        await _loop.StartAsync(CancellationToken.None).Soon();
        IsRevoked("ada", _clock.GetUtcNow().AddDays(-301)).ShouldBeTrue();
        await _loop.StopAsync(CancellationToken.None).Soon();
    }

    [Fact]
    public async Task The_store_is_read_every_five_seconds()
    {
        await _loop.StartAsync(CancellationToken.None).Soon();
        await RevokeAsync("ada", _clock.GetUtcNow());
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (_clock.Waiting == 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        IsRevoked("ada", _clock.GetUtcNow()).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(5));
        while (_marks.Count == 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await _loop.StopAsync(CancellationToken.None).Soon();
    }

    [Fact]
    public async Task A_revocation_of_a_node_whose_clock_is_minutes_behind_is_found()
    {
        await _loop.RunOnceAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(1));
        await _loop.RunOnceAsync(CancellationToken.None);
        await RevokeAsync("ada", _clock.GetUtcNow().AddMinutes(-4));
        await _loop.RunOnceAsync(CancellationToken.None);
        _marks.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_revoked_while_the_store_could_not_be_read_is_found_later()
    {
        await _loop.RunOnceAsync(CancellationToken.None);
        await RevokeAsync("ada", _clock.GetUtcNow().AddSeconds(1));
        _store.Failure = new StoreUnavailableException("away");
        for (var minute = 0; minute < 60; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await _loop.RunOnceAsync(CancellationToken.None);
        }

        _marks.Count.ShouldBe(0);
        _store.Failure = null;
        await _loop.RunOnceAsync(CancellationToken.None);
        _marks.Count.ShouldBe(1);
    }

    private Task RevokeAsync(string subject, DateTimeOffset at) => _store.AddAsync(new Revocation("acme", subject, at, at, null), CancellationToken.None);

    private bool IsRevoked(string subject, DateTimeOffset issued) =>
        _marks.IsRevoked(new Caller("acme", subject, Scopes.None, DateTimeOffset.MaxValue) { IssuedAt = issued });
}
