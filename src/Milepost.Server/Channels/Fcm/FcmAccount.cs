using System.Security.Cryptography;
using System.Text.Json;

namespace Milepost.Server.Channels.Fcm;

/// <summary>A service account's file, as Google gives it out.</summary>
internal sealed record FcmAccount
{
    public required string ProjectId { get; init; }

    public required string ClientEmail { get; init; }

    public string? PrivateKeyId { get; init; }

    /// <summary>PEM.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>Where tokens are asked for.</summary>
    public required string TokenUri { get; init; }

    /// <summary>Reads a file in which <see cref="Problem"/> finds nothing.</summary>
    public static FcmAccount Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return Of(json.RootElement) ?? throw new InvalidDataException($"{file} is not the file of a service account");
    }

    /// <summary>What is wrong with a file; null: nothing.</summary>
    public static string? Problem(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (Of(json.RootElement) is not { } account)
            {
                return $"{file} is not the file of a service account: project_id, client_email, private_key and token_uri are needed";
            }

            using var key = RSA.Create();
            key.ImportFromPem(account.PrivateKey);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be read";
        }
        catch (JsonException)
        {
            return $"{file} is not JSON";
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return $"{file} holds no private key that can be read";
        }
    }

    // Records print their properties; this one holds a key.
    public override string ToString() => $"{nameof(FcmAccount)} {ProjectId}";

    private static FcmAccount? Of(JsonElement json) =>
        Text(json, "project_id") is { } project && Text(json, "client_email") is { } email && Text(json, "private_key") is { } key
        && Text(json, "token_uri") is { } uri && Uri.TryCreate(uri, UriKind.Absolute, out _)
            ? new FcmAccount { ProjectId = project, ClientEmail = email, PrivateKeyId = Text(json, "private_key_id"), PrivateKey = key, TokenUri = uri }
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
