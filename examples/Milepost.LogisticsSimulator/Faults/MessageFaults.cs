using System.Text.Json;
using System.Text.Json.Nodes;

namespace Milepost.LogisticsSimulator.Faults;

/// <summary>What goes wrong with the text of messages and answers.</summary>
internal static class MessageFaults
{
    private const int OversizedMessage = 1 << 20;
    private const int OversizedAnswer = 8 << 20;

    /// <summary>The text of the n-th message.</summary>
    public static string Message(FaultSet faults, string tenant, string? driverId, long n, JsonObject message) =>
        faults.Find(FaultKind.MalformedMessage, tenant, driverId, n) is not null ? Malformed(message)
        : faults.Find(FaultKind.OversizedMessage, tenant, driverId, n) is not null ? Oversized(message, OversizedMessage)
        : faults.Find(FaultKind.WrongTypeMessage, tenant, driverId, n) is not null ? WrongTypes(message, n)
        : message.ToJsonString();

    /// <summary>The text of the n-th answer.</summary>
    public static string Answer(FaultSet faults, string tenant, string? driverId, long n, JsonObject answer) =>
        faults.Find(FaultKind.MalformedAnswer, tenant, driverId, n) is not null ? Malformed(answer)
        : faults.Find(FaultKind.OversizedAnswer, tenant, driverId, n) is not null ? Oversized(answer, OversizedAnswer)
        : faults.Find(FaultKind.WrongTypeAnswer, tenant, driverId, n) is not null ? WrongTypes(answer, n)
        : answer.ToJsonString();

    /// <summary>A polyline whose last number, or last pair of numbers, is not complete.</summary>
    public static string Truncated(string polyline)
    {
        var (ends, numbers) = (0, 0);
        for (var index = 0; index < polyline.Length / 2 || (numbers % 2 == 0 && index < polyline.Length); index++)
        {
            if (polyline[index] - 63 < 0x20)
            {
                numbers++;
            }

            ends = index + 1;
        }

        return polyline[..ends];
    }

    private static string Malformed(JsonObject json)
    {
        var text = json.ToJsonString();
        return text[..(text.Length / 2)];
    }

    private static string Oversized(JsonObject json, int size)
    {
        json["padding"] = new string('x', size);
        return json.ToJsonString();
    }

    /// <summary>One member after the other becomes of another type, the type's name excepted.</summary>
    private static string WrongTypes(JsonObject right, long n)
    {
        var json = JsonNode.Parse(right.ToJsonString())!.AsObject();
        var names = json.Select(member => member.Key).Where(name => name is not "type").ToList();
        var name = names[(int)(n % names.Count)];
        json[name] = json[name]?.GetValueKind() switch
        {
            JsonValueKind.Number => JsonValue.Create(json[name]!.ToJsonString()),
            JsonValueKind.String => new JsonArray(json[name]!.GetValue<string>()),
            _ => JsonValue.Create(true),
        };
        return json.ToJsonString();
    }
}
