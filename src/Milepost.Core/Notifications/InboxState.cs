namespace Milepost.Core.Notifications;

/// <summary>How many notifications an inbox holds, archived ones apart. Kept in the transaction of each change, so it cannot drift.</summary>
public readonly record struct InboxState(int Unread, int Total)
{
    public InboxState Added() => new(Unread + 1, Total + 1);
}
