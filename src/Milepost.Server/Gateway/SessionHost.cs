using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Sharing;

namespace Milepost.Server.Gateway;

/// <summary>Says which streams a caller may follow, and takes what devices confirm.</summary>
internal sealed class SessionHost(IOrderStore orders, TokenReader tokens, GuestLinks links, Acknowledgements acknowledgements) : ISessionHost
{
    public async ValueTask<StreamAnswer> ResolveAsync(Caller caller, string label, CancellationToken cancellationToken)
    {
        if (caller.GuestOrder is { } shared)
        {
            // Which order it is the link says; that it is still good was checked when the caller was identified, and is watched from then on.
            return label == StreamLabels.GuestOrder ? new StreamAnswer(StreamName.Order(caller.Tenant, shared), null) : StreamAnswer.Refuse(ErrorCode.NotFound);
        }

        if (label == StreamLabels.Notifications)
        {
            return caller.Scopes == Scopes.None
                ? new StreamAnswer(StreamName.Customer(caller.Tenant, caller.Subject), null)
                : StreamAnswer.Refuse(ErrorCode.Forbidden);
        }

        if (label.StartsWith(StreamLabels.OrderPrefix, StringComparison.Ordinal))
        {
            Order? order;
            try
            {
                order = await orders.FindAsync(caller.Tenant, label[StreamLabels.OrderPrefix.Length..], cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                return StreamAnswer.Refuse(ErrorCode.StorageUnavailable);
            }

            return order is not null && order.IsVisibleTo(caller)
                ? new StreamAnswer(StreamName.Order(caller.Tenant, order.Id), null)
                : StreamAnswer.Refuse(ErrorCode.NotFound);
        }

        return caller.IsStaff() && label.StartsWith(StreamLabels.CustomerPrefix, StringComparison.Ordinal) && Identifiers.IsValid(label.AsSpan(StreamLabels.CustomerPrefix.Length))
            ? new StreamAnswer(new StreamName(caller.Tenant, label), null)
            : StreamAnswer.Refuse(ErrorCode.NotFound);
    }

    public Audience AudienceOf(Caller caller) => caller.Audience();

    public async ValueTask<Caller?> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        if (!ShareToken.IsMeant(token))
        {
            return await tokens.ReadAsync(token);
        }

        try
        {
            return await links.ReadAsync(token, cancellationToken) is GuestAnswer.Open open ? open.Caller : null;
        }
        catch (StoreUnavailableException)
        {
            // What holds now holds on until its end.
            return null;
        }
    }

    public void Acknowledged(StreamName stream, long offset) => acknowledgements.Add(stream, offset);
}
