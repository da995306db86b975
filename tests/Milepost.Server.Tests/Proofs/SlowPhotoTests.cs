using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Server.Outgoing;
using Milepost.Server.Proofs;
using Milepost.Testing;
using IPNetwork = System.Net.IPNetwork;

namespace Milepost.Server.Tests.Proofs;

public sealed class SlowPhotoTests
{
    /// <summary>The clock is the test's: nobody waits twenty seconds to see that nobody waits longer.</summary>
    [Fact]
    public async Task A_sender_that_does_not_go_on_is_left_after_its_time()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new PhotoHost(async (_, stream, cancellationToken) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"u8.ToArray(), cancellationToken);
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        var clock = new FakeClock();
        var rules = new OutgoingRules { AllowPrivate = [IPNetwork.Parse("127.0.0.0/8")], AllowHttp = true, Ports = null };
        using var http = new OutgoingHttp(rules, System.Net.Dns.GetHostAddressesAsync, TimeProvider.System);
        using var photos = new ProofPhotos(http, clock, NullLogger<ProofPhotos>.Instance);
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        var passing = photos.Send(host.Address("/photo")).ExecuteAsync(context);
        await asked.Task.Soon();
        passing.IsCompleted.ShouldBeFalse();
        clock.Advance(ProofPhotos.Limit);
        await passing.Soon();
        context.Response.StatusCode.ShouldBe(StatusCodes.Status502BadGateway);
    }
}
