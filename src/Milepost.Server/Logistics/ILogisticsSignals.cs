namespace Milepost.Server.Logistics;

/// <summary>A document of an order.</summary>
internal enum OrderDocument
{
    Route,
    Eta,
}

/// <summary>Is told what the location stream says of orders. Returns at once, and never fails.</summary>
internal interface ILogisticsSignals
{
    /// <summary>This document of the order is another one now.</summary>
    void Changed(string tenant, string orderId, OrderDocument document);

    /// <summary>Such news may have been missed: every document of the tenant's orders may be another one.</summary>
    void Missed(string tenant);
}
