namespace Milepost.Protocol.Orders;

/// <summary>An order that an operator should look at.</summary>
/// <param name="Order">The order.</param>
/// <param name="Kinds">Why: <c>late</c>, <c>stale</c>, <c>silent</c>, <c>unaccepted</c>, <c>not_picked_up</c>.</param>
/// <param name="Driver">Who has it.</param>
public sealed record ExceptionView(OrderSummary Order, IReadOnlyList<string> Kinds, Driver? Driver);

/// <summary>A page of exceptions, newest order first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record ExceptionPage(IReadOnlyList<ExceptionView> Items, string? Next);

/// <summary>How promises were kept.</summary>
/// <param name="Delivered">Orders delivered that had a promise.</param>
/// <param name="Kept">Of these not later than promised.</param>
/// <param name="KeptShare">0 to 1; absent: none was delivered.</param>
/// <param name="MedianLatenessSeconds">Half of the orders were not later than this behind the promised time or its window; negative: sooner.</param>
/// <param name="NinetiethLatenessSeconds">Nine of ten were not later than this.</param>
/// <param name="BiasSeconds">The mean distance from the promised time: above zero we promise too early, below too late.</param>
public sealed record PromiseFiguresView(int Delivered, int Kept, double? KeptShare, long? MedianLatenessSeconds, long? NinetiethLatenessSeconds, long? BiasSeconds);

/// <summary>The figures of one day of delivery.</summary>
public sealed record PromiseDayView(DateOnly Day, PromiseFiguresView Figures);

/// <summary>How promises were kept in a time, altogether and by day: <c>GET admin/promises</c>.</summary>
public sealed record PromiseReportView(DateTimeOffset From, DateTimeOffset To, string Zone, PromiseFiguresView All, IReadOnlyList<PromiseDayView> Days);

/// <summary>An estimate of when an order arrives, as it was made.</summary>
/// <param name="MadeAt">When.</param>
/// <param name="Eta">What was estimated.</param>
/// <param name="Shown">Whether it was also told to the customer.</param>
public sealed record EtaRevisionView(DateTimeOffset MadeAt, Eta Eta, bool Shown);

/// <summary>The newest estimates of an order, oldest first, and what was promised: <c>GET orders/{id}/eta-revisions</c>.</summary>
public sealed record EtaRevisionList(Promise? Promise, IReadOnlyList<EtaRevisionView> Items);
