using Milepost.Protocol;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Server.Ingest.Kafka;
using Milepost.Storage.Postgres;

namespace Milepost.Server.Settings;

/// <summary>What annotations cannot say about options.</summary>
internal static class OptionRules
{
    public const int SigningKeyLength = 32;

    public static void Check(RedisOptions redis, List<string> errors)
    {
        if (redis.Instances.Any(instance => !RedisConnections.IsValid(instance)))
        {
            // The value may hold a password: it is not shown.
            errors.Add("Redis:Connections: is not understood. Write host:port with options behind commas, for example redis:6379,password=...; instances are separated by semicolons.");
        }
        else if (redis.Instances.Select(RedisConnections.NameOf).Distinct(StringComparer.Ordinal).Count() != redis.Instances.Count)
        {
            errors.Add("Redis:Connections: names an instance twice. Endpoints of one cluster are separated by commas.");
        }
    }

    /// <summary>Whether these roles can do their work on this storage.</summary>
    public static void Check(Roles roles, StorageOptions storage, List<string> errors)
    {
        if (roles is not (Roles.All or Roles.None) && storage.Provider == StorageOptions.Sqlite)
        {
            errors.Add($"Roles: {RoleNames.Write(roles)} alone needs Storage:Provider=postgres, since several processes cannot share the embedded database. Leave Roles out to run everything in one process.");
        }
    }

    public static void Check(StorageOptions storage, AuthOptions auth, GatewayOptions gateway, List<string> errors)
    {
        if (storage.Provider == StorageOptions.Postgres && storage.ConnectionString.Length == 0)
        {
            errors.Add("Storage:ConnectionString: must be set when Storage:Provider is postgres, for example Host=db;Database=milepost;Username=milepost;Password=...");
        }
        else if (storage.Provider == StorageOptions.Postgres && PostgresSettings.Problem(storage.ConnectionString) is { } problem)
        {
            errors.Add($"Storage:ConnectionString: {problem}.");
        }

        if (auth.SigningKey.Length is > 0 and < SigningKeyLength)
        {
            errors.Add($"Auth:SigningKey: must have at least {SigningKeyLength} characters, has {auth.SigningKey.Length}. 'openssl rand -base64 48' makes a good one.");
        }

        if (auth.Authority.Length > 0 && !IsWebAddress(auth.Authority, out _))
        {
            errors.Add($"Auth:Authority: must be the issuer's address, for example https://login.example/realms/shop, not '{auth.Authority}'.");
        }

        if (gateway.PublicUrl.Length > 0 && !IsWebAddress(gateway.PublicUrl, out _))
        {
            errors.Add($"Gateway:PublicUrl: must be an address, for example https://track.shop.example, not '{gateway.PublicUrl}'.");
        }

        foreach (var proxy in gateway.TrustedProxies.Where(proxy => !ProxyNetwork.TryParse(proxy, out _)))
        {
            errors.Add($"Gateway:TrustedProxies: '{proxy}' is not an address or a network, for example 10.0.0.5 or 10.0.0.0/24.");
        }

        foreach (var origin in gateway.AllowedOrigins)
        {
            if (!IsWebAddress(origin, out var address))
            {
                errors.Add($"Gateway:AllowedOrigins: '{origin}' is not an origin. Write it as https://shop.example.");
            }
            else if (!string.Equals(address.GetLeftPart(UriPartial.Authority), origin, StringComparison.Ordinal))
            {
                // Browsers send origins in this form only; another spelling would never match.
                errors.Add($"Gateway:AllowedOrigins: '{origin}' is not the form that browsers send. Write it as {address.GetLeftPart(UriPartial.Authority)}.");
            }
        }
    }

    public static void Check(KafkaOptions kafka, List<string> errors)
    {
        if (kafka.Brokers.Count > 0 && kafka.Topics.Count == 0)
        {
            errors.Add("Kafka:Topics: must name at least one topic when Kafka:Brokers is set.");
        }

        if (kafka.Topics.Contains(kafka.DeadLetterTopic, StringComparer.Ordinal))
        {
            errors.Add($"Kafka:DeadLetterTopic: {kafka.DeadLetterTopic} is read as well (Kafka:Topics); what is put aside there would come back.");
        }

        if (kafka.Tenant.Length > 0 && !Identifiers.IsValidTenant(kafka.Tenant))
        {
            errors.Add($"Kafka:Tenant: must be 1 to 63 characters out of a-z 0-9 -, not '{kafka.Tenant}'.");
        }

        if (kafka.SecurityProtocol.StartsWith("sasl", StringComparison.Ordinal) && (kafka.SaslUser.Length == 0 || kafka.SaslPassword.Length == 0))
        {
            errors.Add($"Kafka:SaslUser and Kafka:SaslPassword: must be set when Kafka:SecurityProtocol is {kafka.SecurityProtocol}.");
        }

        if (kafka.CaLocation.Length > 0 && !File.Exists(kafka.CaLocation))
        {
            errors.Add($"Kafka:CaLocation: there is no file '{kafka.CaLocation}'.");
        }

        FieldMapping.Parse(kafka.Mapping, kafka.Topics, errors);
    }

    private static bool IsWebAddress(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && address.Scheme is "http" or "https";
}
