using System.Diagnostics;
using System.Text.Json;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Email;

/// <summary>A mailbox of a header.</summary>
public sealed record ParsedMailbox(string Name, string Address);

public sealed record ParsedPart(string Type, string Charset, string Encoding, string Text);

/// <summary>A message as another implementation reads it.</summary>
public sealed record ParsedMail
{
    public required IReadOnlyList<IReadOnlyList<string>> Headers { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<ParsedMailbox>> Mailboxes { get; init; }

    public required string Type { get; init; }

    public required IReadOnlyList<ParsedPart> Parts { get; init; }

    /// <summary>What is wrong with it.</summary>
    public required IReadOnlyList<string> Defects { get; init; }

    /// <summary>The longest line, in bytes.</summary>
    public required int Longest { get; init; }

    /// <summary>How many CR and LF stand alone.</summary>
    public required int Bare { get; init; }

    /// <summary>The only field of this name; null: there is none.</summary>
    public string? Header(string name) => Headers.SingleOrDefault(header => string.Equals(header[0], name, StringComparison.OrdinalIgnoreCase))?[1];
}

/// <summary>Reads messages with Python's own e-mail package (tests/peers/parse_mail.py).</summary>
public sealed class MailParser : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process = Process.Start(new ProcessStartInfo("python3", [Path.Combine(Repository.Root, "tests", "peers", "parse_mail.py")])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public async Task<ParsedMail> ParseAsync(byte[] raw)
    {
        await _process.StandardInput.WriteLineAsync(Convert.ToBase64String(raw));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync().Soon() ?? throw new InvalidOperationException("the parser ended");
        return JsonSerializer.Deserialize<ParsedMail>(line, Json)!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
