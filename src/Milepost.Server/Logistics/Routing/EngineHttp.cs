using System.Globalization;
using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Routing;

/// <summary>Asks an engine over HTTP. The address may hold a credential: nothing of it leaves this class.</summary>
internal sealed class EngineHttp(ServiceHttp http, TimeProvider time)
{
    private const string Party = "engine";

    public async Task<EngineAnswer> AskAsync(string address, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = Judge(await http.GetAsync(Party, () => new HttpRequestMessage(HttpMethod.Get, address), EngineDocument.MaxBytes, cancellationToken));
        LogisticsMetrics.Request("engine", Outcome(answer), time.GetElapsedTime(started));
        return answer;
    }

    /// <summary>As both engines want a pair of places: longitude first.</summary>
    public static string Places(GeoPoint from, GeoPoint to) =>
        string.Create(CultureInfo.InvariantCulture, $"{from.Lon:0.######},{from.Lat:0.######};{to.Lon:0.######},{to.Lat:0.######}");

    private static EngineAnswer Judge(ServiceAnswer answer) => answer switch
    {
        ServiceAnswer.Document document => EngineDocument.Read(document.Body),
        // OSRM says "no route" with 400 and Mapbox a wrong profile with 404: asking again changes neither.
        ServiceAnswer.Refused { Reason: "status" } or ServiceAnswer.NotFound => new EngineAnswer.NoRoute(),
        ServiceAnswer.Refused refused => new EngineAnswer.Unknown(refused.Reason),
        ServiceAnswer.Away away => new EngineAnswer.Unknown(away.Reason),
        _ => new EngineAnswer.Unknown("status"),
    };

    private static string Outcome(EngineAnswer answer) => answer switch
    {
        EngineAnswer.Found => "found",
        EngineAnswer.NoRoute => "none",
        _ => "away",
    };
}
