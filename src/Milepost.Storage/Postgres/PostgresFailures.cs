using System.Net.Sockets;
using Milepost.Core.Recording;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>What a failure means to us: run the unit of work again, tell that the store is unavailable, or a bug of ours.</summary>
internal static class PostgresFailures
{
    private const string IdleInTransactionTimeout = "25P03";
    private const string IdleSessionTimeout = "57P05";

    /// <summary>
    /// The server has undone the transaction, and running the whole of it again may succeed: another one was in its way, or it stood still for
    /// so long that its locks were taken from it.
    /// </summary>
    public static bool IsUndone(Exception failure) => failure is OvertakenException or PostgresException
    {
        SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or IdleInTransactionTimeout,
    };

    /// <summary>The connection was dead, most likely before we used it: pooled connections do not notice a restart of the server.</summary>
    public static bool IsBrokenConnection(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or IdleSessionTimeout } => true,
        PostgresException => false,
        NpgsqlException => failure.GetBaseException() is EndOfStreamException
            or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown },
        _ => false,
    };

    /// <summary>A call was given up on a connection that stood: it, and its neighbours, may lead nowhere any more.</summary>
    public static bool IsGivenUp(Exception failure) => failure is TimeoutException;

    /// <summary>The server is away, full, slow or busy: nothing that a repair of the program would change.</summary>
    public static bool IsUnavailable(Exception failure) => Reason(failure) is not null;

    /// <summary>The failure as the store's callers know it.</summary>
    public static StoreUnavailableException Unavailable(Exception failure) => new($"PostgreSQL: {Reason(failure)}.", failure);

    private static string? Reason(Exception failure) => failure switch
    {
        OvertakenException => "too many transactions are in each other's way",
        PostgresException answer => answer.SqlState switch
        {
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => "too many transactions are in each other's way",
            PostgresErrorCodes.QueryCanceled => "a statement took too long",
            PostgresErrorCodes.LockNotAvailable => "another transaction holds what this one needs",
            PostgresErrorCodes.ReadOnlySqlTransaction => "the server takes no writes: it is a standby, or set to read-only",
            PostgresErrorCodes.InvalidCatalogName => "the database does not exist",
            IdleInTransactionTimeout => "the transaction stood still for too long and was ended by the server",
            // Connection, password, out of something, operator's doing, the system's or the server's own failure: Appendix A of its manual.
            ['0', '8', ..] or ['2', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['X', 'X', ..] => $"{answer.MessageText} ({answer.SqlState})",
            _ => null,
        },
        // Npgsql has no other sign of it.
        NpgsqlException { InnerException: TimeoutException } when failure.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal) =>
            "all connections of this node are busy",
        TimeoutException or NpgsqlException { InnerException: TimeoutException } => "the server does not answer in time",
        NpgsqlException or IOException or SocketException => failure.Message,
        _ => null,
    };
}
