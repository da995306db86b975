using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Ingest;

/// <summary>Reads a proof of delivery out of an event's data.</summary>
internal static class ProofReader
{
    private const int MaxUrl = 2_048;
    private const string Path = "data.proof.";

    /// <summary>Null: the event tells none. Where the photo lies is called only when somebody looks at it, and checked then.</summary>
    public static ProofOfDelivery? Read(FieldReader fields, JsonElement data, DateTimeOffset at, bool required = false)
    {
        if (fields.Object(data, "data.", "proof", required) is not { } told)
        {
            return null;
        }

        var photo = fields.Text(told, Path, "photoUrl", MaxUrl);
        if (photo is not null && !(Uri.TryCreate(photo, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)))
        {
            fields.Reject(ErrorCode.InvalidField, Path + "photoUrl", "This is the https address of a photo.");
        }

        var proof = new ProofOfDelivery { PhotoUrl = photo, ReceivedBy = fields.Text(told, Path, "receivedBy"), LeftAt = fields.Text(told, Path, "leftAt"), At = at };
        if (proof is { PhotoUrl: null, ReceivedBy: null, LeftAt: null })
        {
            fields.Reject(ErrorCode.MissingField, "data.proof", "A proof has at least one of photoUrl, receivedBy and leftAt.");
        }

        return proof;
    }
}
