using System.Text;
using Milepost.Core.DeadLetters;
using Milepost.Protocol.Orders;
using Milepost.Server.Commands;
using Milepost.Server.Tests.Ingest.Kafka;
using Milepost.Storage.Sqlite;

namespace Milepost.Server.Tests.Commands;

public sealed class DeadLettersCommandTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_empty_list_says_so()
    {
        var (exitCode, output, _) = await RunAsync("list");

        exitCode.ShouldBe(0);
        output.Trim().ShouldBe("0 dead letters");
    }

    [Fact]
    public async Task List_shows_where_each_one_was_and_why_it_is_here()
    {
        await PutAsync(Letter(7, "{", "malformed_json"), Letter(8, "{}", "missing_field"));

        var (exitCode, output, _) = await RunAsync("list");
        exitCode.ShouldBe(0);
        output.ShouldContain("malformed_json");
        output.ShouldContain("order_paid");
        output.ShouldContain("2 dead letters");

        (await RunAsync("list", "--reason", "missing_field")).Output.ShouldContain("1 dead letter");
    }

    [Fact]
    public async Task Show_prints_the_whole_message_and_nothing_that_moves_a_cursor()
    {
        await PutAsync(Letter(7, "{\"a\":\"\u001b[2J\"", "malformed_json"));

        var (exitCode, output, _) = await RunAsync("show", "1");

        exitCode.ShouldBe(0);
        output.ShouldContain("order_paid, partition 3, offset 7");
        output.ShouldContain("trace: t-1");
        output.ShouldContain("{\"a\":\"\ufffd[2J\"");
        output.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Replay_records_what_can_be_recorded_now_under_its_own_identity()
    {
        // Refused because no tenant was known; the operator has set one since.
        await PutAsync(
            Letter(1, KafkaConsumerTests.Event("e-1", "o-1"), "missing_field"),
            Letter(2, KafkaConsumerTests.Event("e-1", "o-1"), "missing_field"),
            Letter(3, "{", "malformed_json"));

        var (dry, dryOutput, _) = await RunAsync("replay", "--all", "--dry-run", "--Kafka:Tenant=acme");
        dry.ShouldBe(1);
        dryOutput.ShouldContain("2 can be recorded, 0 recorded already, 1 refused");
        (await StatesAsync()).ShouldBe([DeadLetterState.Waiting, DeadLetterState.Waiting, DeadLetterState.Waiting]);

        var (exitCode, output, _) = await RunAsync("replay", "--reason", "missing_field", "--Kafka:Tenant=acme");
        exitCode.ShouldBe(0);
        output.ShouldContain("1: recorded");
        output.ShouldContain("2: recorded already");
        (await StatesAsync()).ShouldBe([DeadLetterState.Replayed, DeadLetterState.Replayed, DeadLetterState.Waiting]);

        var (again, againOutput, _) = await RunAsync("replay", "--all", "--Kafka:Tenant=acme");
        again.ShouldBe(1);
        againOutput.ShouldContain("3: refused, malformed_json");
        (await StatesAsync()).ShouldBe([DeadLetterState.Replayed, DeadLetterState.Replayed, DeadLetterState.Refused]);
        using var database = Open();
        (await new SqliteOrderStore(database).FindAsync("acme", "o-1", CancellationToken.None))!.ShouldSatisfyAllConditions(
            order => order.Status.ShouldBe(OrderStatus.Paid), order => order.EventCount.ShouldBe(1));
    }

    [Fact]
    public async Task Replay_of_one_takes_one()
    {
        await PutAsync(Letter(1, KafkaConsumerTests.Event("e-1", "o-1"), "missing_field"), Letter(2, KafkaConsumerTests.Event("e-2", "o-1"), "missing_field"));

        (await RunAsync("replay", "--id", "2", "--Kafka:Tenant=acme")).ExitCode.ShouldBe(0);

        (await StatesAsync()).ShouldBe([DeadLetterState.Waiting, DeadLetterState.Replayed]);
        (await RunAsync("replay", "--id", "99")).ShouldSatisfyAllConditions(run => run.ExitCode.ShouldBe(1), run => run.Error.ShouldContain("there is no dead letter 99"));
        (await RunAsync("show", "99")).ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData]
    [InlineData("--all", "--id", "1")]
    [InlineData("--all", "--reason", "x")]
    public async Task Replay_wants_to_know_which(params string[] arguments)
    {
        var (exitCode, _, error) = await RunAsync(["replay", .. arguments]);

        exitCode.ShouldBe(2);
        error.ShouldContain("Say which: --id, --reason or --all.");
    }

    private static DeadLetter Letter(long offset, string value, string code) => new()
    {
        Tenant = "",
        Message = new TopicMessage
        {
            Topic = "order_paid",
            Partition = 3,
            Offset = offset,
            Time = Now,
            Headers = [new TopicHeader("trace", "t-1"u8.ToArray())],
            Value = Encoding.UTF8.GetBytes(value),
        },
        Reason = new DeadLetterReason(code, null, "Why."),
        ReceivedAt = Now,
    };

    private SqliteDatabase Open() => SqliteDatabase.Open(Path.Combine(_directory.Path, "milepost.db"));

    private async Task PutAsync(params DeadLetter[] letters)
    {
        using var database = Open();
        await new SqliteDeadLetterStore(database).AddAsync(letters, null, CancellationToken.None);
    }

    private async Task<IEnumerable<DeadLetterState>> StatesAsync()
    {
        using var database = Open();
        return (await new SqliteDeadLetterStore(database).ListAsync(new DeadLetterQuery(Open: false, null, 0, 100), CancellationToken.None)).Select(letter => letter.State);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await MilepostCommand.RunAsync(["dead-letters", .. arguments, $"--Storage:DataDirectory={_directory.Path}"], output, error, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
