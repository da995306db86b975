using Milepost.Protocol;
using Milepost.Server.Logistics.Routing;

namespace Milepost.Server.Logistics;

/// <summary>What annotations cannot say about <c>Logistics</c> and <c>Routing</c>.</summary>
internal static class LogisticsOptionRules
{
    public static void Check(LogisticsOptions logistics, List<string> errors)
    {
        if (logistics.BaseUrl.Length > 0 && !IsServer(logistics.BaseUrl))
        {
            // The address may hold a password: it is not shown.
            errors.Add("Logistics:BaseUrl: must be an address without user name, query or fragment, for example https://logistics.example.");
        }

        if (logistics.Tenants.Count > 0 && logistics.BaseUrl.Length == 0)
        {
            errors.Add("Logistics:BaseUrl: must be set when Logistics:Tenants names tenants.");
        }

        errors.AddRange(logistics.Tenants.Where(tenant => !Identifiers.IsValidTenant(tenant)).Select(tenant => $"Logistics:Tenants: must be 1 to 63 characters out of a-z 0-9 -, not '{tenant}'."));
        if (logistics.Tenants.Distinct(StringComparer.Ordinal).Count() != logistics.Tenants.Count)
        {
            errors.Add("Logistics:Tenants: names a tenant twice.");
        }

        if (logistics is { Token.Length: > 0, TokenFile.Length: > 0 })
        {
            errors.Add("Logistics:Token and Logistics:TokenFile: only one of them may be set.");
        }

        if (logistics.TokenFile.Length > 0 && !File.Exists(logistics.TokenFile))
        {
            errors.Add($"Logistics:TokenFile: there is no file '{logistics.TokenFile}'.");
        }

        if (logistics.Token.Length > 0 && !LogisticsTokens.IsToken(logistics.Token))
        {
            errors.Add("Logistics:Token: holds characters that a header cannot carry.");
        }

        CheckTenantTokens(logistics, errors);
    }

    public static void Check(RoutingOptions routing, List<string> errors)
    {
        if (routing.BaseUrl.Length > 0 && !IsServer(routing.BaseUrl))
        {
            errors.Add("Routing:BaseUrl: must be an address without user name, query or fragment, for example http://osrm:5000.");
        }

        if (routing.Provider == RoutingOptions.Osrm && routing.BaseUrl.Length == 0)
        {
            errors.Add("Routing:BaseUrl: must be set when Routing:Provider is osrm, for example http://osrm:5000.");
        }

        if (routing.Provider == RoutingOptions.Mapbox && routing.Token.Length == 0)
        {
            errors.Add("Routing:Token: must be set when Routing:Provider is mapbox.");
        }

        if (routing.Profile.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            errors.Add($"Routing:Profile: must be letters, digits, - and _, for example driving, not '{routing.Profile}'.");
        }
    }

    private static void CheckTenantTokens(LogisticsOptions logistics, List<string> errors)
    {
        var tenants = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < logistics.TenantTokens.Count; index++)
        {
            var (tenant, token) = LogisticsTokens.Split(logistics.TenantTokens[index]);
            if (!Identifiers.IsValidTenant(tenant) || !LogisticsTokens.IsToken(token))
            {
                // The entry holds a token: it is not shown.
                errors.Add($"Logistics:TenantTokens: the entry number {index + 1} is not understood. Write tenant=token.");
            }
            else if (!tenants.Add(tenant))
            {
                errors.Add($"Logistics:TenantTokens: has two tokens for '{tenant}'.");
            }
        }
    }

    private static bool IsServer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };
}
