using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

/// <summary>Whose data a request is about: a customer's own, or for staff that of the customer whom <c>?customer=</c> names.</summary>
internal static class CustomerParameter
{
    /// <summary>The customer's id, or the answer where it is missing or not the caller's to name.</summary>
    public static (string? CustomerId, IResult? Refused) Read(HttpContext context, string? named)
    {
        var caller = context.Caller();
        if (caller.IsStaff())
        {
            return named is not null && Identifiers.IsValid(named)
                ? (named, null)
                : (null, Problems.Result(ErrorCode.InvalidParameter, $"Staff names the customer: {Identifiers.Rule}.", "customer"));
        }

        return named is null || named == caller.Subject
            ? (caller.Subject, null)
            : (null, Problems.Result(ErrorCode.Forbidden, "Customers see and choose their own only.", "customer"));
    }
}
