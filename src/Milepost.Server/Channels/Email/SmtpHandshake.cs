using System.Text;

namespace Milepost.Server.Channels.Email;

/// <summary>Brings a connection to where messages can be sent: greeting, EHLO, TLS, credentials.</summary>
internal static class SmtpHandshake
{
    /// <summary>Null: it is ready. Otherwise why this server cannot be used.</summary>
    public static async Task<string?> RunAsync(SmtpConnection connection, SmtpServer server, string hostName, CancellationToken cancellationToken) =>
        Problem(SmtpStage.Greeting, await connection.ReadAsync(cancellationToken))
        ?? Problem(SmtpStage.Hello, await connection.HelloAsync(hostName, cancellationToken))
        ?? await SecureAsync(connection, server, hostName, cancellationToken)
        ?? await AuthenticateAsync(connection, server, cancellationToken);

    private static async Task<string?> SecureAsync(SmtpConnection connection, SmtpServer server, string hostName, CancellationToken cancellationToken)
    {
        if (server.Tls is SmtpTls.Off or SmtpTls.Implicit)
        {
            return null;
        }

        if (!connection.Offers.ContainsKey("STARTTLS"))
        {
            return server.Tls == SmtpTls.Required ? "the server does not offer STARTTLS, and tls=required" : null;
        }

        if (Problem(SmtpStage.StartTls, await connection.CommandAsync("STARTTLS", cancellationToken)) is { } refused)
        {
            return refused;
        }

        await connection.SecureAsync(cancellationToken);
        return Problem(SmtpStage.Hello, await connection.HelloAsync(hostName, cancellationToken));
    }

    private static async Task<string?> AuthenticateAsync(SmtpConnection connection, SmtpServer server, CancellationToken cancellationToken)
    {
        if (server.User is not { } user)
        {
            return null;
        }

        var mechanisms = connection.Offers.GetValueOrDefault("AUTH", "").Split(' ');
        if (mechanisms.Contains("PLAIN", StringComparer.Ordinal))
        {
            return Authenticated(await connection.CommandAsync($"AUTH PLAIN {Encoded($"\0{user}\0{server.Password}")}", cancellationToken));
        }

        if (!mechanisms.Contains("LOGIN", StringComparer.Ordinal))
        {
            return "the server offers neither AUTH PLAIN nor AUTH LOGIN";
        }

        return Problem(SmtpStage.Authenticate, await connection.CommandAsync("AUTH LOGIN", cancellationToken))
            ?? Problem(SmtpStage.Authenticate, await connection.CommandAsync(Encoded(user), cancellationToken))
            ?? Authenticated(await connection.CommandAsync(Encoded(server.Password), cancellationToken));
    }

    // At the end only 235 will do: another question is no consent.
    private static string? Authenticated(SmtpReply reply) => reply.Code / 100 == 2 ? null : $"the server did not accept our credentials: {reply.Text}";

    private static string? Problem(SmtpStage stage, SmtpReply reply) => SmtpTable.ClassOf(stage, reply) == SmtpClass.Proceed ? null : $"{stage}: {reply.Text}";

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
