using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Core.Customers;
using Milepost.Core.Streams;
using Milepost.Core.Tenants;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Preferences;

/// <summary>What became of an attempt to choose.</summary>
public sealed record PreferenceChange : CustomerChange
{
    /// <summary>Why nothing changed; null: it is as asked for.</summary>
    public PreferenceProblem? Problem { get; init; }

    /// <summary>What holds behind it. Null where it was refused.</summary>
    public PreferencesView? View { get; init; }
}

/// <summary>What somebody does to a customer's choices. Pure; a change that changes nothing counts no version and tells nobody.</summary>
/// <param name="tenant">The tenant's settings.</param>
/// <param name="now">The time of the entry that tells the customer's devices.</param>
public sealed class PreferenceChanges(TenantSettings tenant, DateTimeOffset now)
{
    /// <summary>Replaces all choices by those of the document.</summary>
    /// <param name="state">The customer behind the lock.</param>
    /// <param name="document">JSON without repeated names.</param>
    /// <param name="expected">The versions of which the change was thought; null: whatever they are.</param>
    public PreferenceChange Replace(CustomerState state, JsonElement document, IReadOnlyCollection<long>? expected) =>
        Refusal(state, expected) ?? Take(state, document);

    /// <summary>Merges the document into the choices (RFC 7396): null takes a choice back, what is absent stays, a list is replaced as a whole.</summary>
    /// <inheritdoc cref="Replace"/>
    public PreferenceChange Merge(CustomerState state, JsonElement document, IReadOnlyCollection<long>? expected) =>
        Refusal(state, expected) ?? Take(state, Element(JsonMergePatch.Apply(Node(state.Customer.Preferences), document)));

    /// <summary>Switches e-mail off for a type. Nothing happens to a critical one, and nothing is refused.</summary>
    public PreferenceChange EndEmail(CustomerState state, string type) => NotificationTypes.Find(type)?.Critical == true
        ? Unchanged(state.Customer)
        : EndEmail(state, before => before with { Types = Off(before.Types, type) });

    /// <summary>Switches e-mail off for a category, and for those of its types that were switched on one by one. Nothing happens to a critical one.</summary>
    public PreferenceChange EndEmail(CustomerState state, NotificationCategory category) => NotificationTypes.IsCritical(category, NotificationPriority.Normal)
        ? Unchanged(state.Customer)
        : EndEmail(state, before => before with
        {
            Categories = Off(before.Categories, category),
            Types = before.Types?.ToDictionary(
                row => row.Key,
                row => NotificationTypes.Find(row.Key)?.Category == category && row.Value.GetValueOrDefault(NotificationChannel.Email) ? Off(row.Value) : row.Value,
                StringComparer.Ordinal),
        });

    private PreferenceChange EndEmail(CustomerState state, Func<NotificationPreferences, NotificationPreferences> change) =>
        state.Customer.ErasedAt is null ? Take(state.Customer, state, change(state.Customer.Preferences)) : Unchanged(state.Customer);

    private static PreferenceChange? Refusal(CustomerState state, IReadOnlyCollection<long>? expected)
    {
        if (state.Customer.ErasedAt is not null)
        {
            return Refused(new PreferenceProblem(ErrorCode.CustomerErased, "", "Nothing is kept of this customer any more."));
        }

        return expected?.Contains(state.Customer.PreferencesVersion) == false
            ? Refused(new PreferenceProblem(ErrorCode.PreconditionFailed, "", $"The choices are at version {state.Customer.PreferencesVersion} now."))
            : null;
    }

    private static PreferenceChange Refused(PreferenceProblem problem) => new() { Problem = problem };

    private PreferenceChange Unchanged(Customer customer) => new() { View = PreferenceMatrix.Of(customer, tenant) };

    private PreferenceChange Take(CustomerState state, JsonElement document)
    {
        var (after, problem) = PreferenceReader.Read(document, state.Customer.Preferences);
        return problem is not null ? Refused(problem) : Take(state.Customer, state, after!);
    }

    private PreferenceChange Take(Customer before, CustomerState state, NotificationPreferences preferences)
    {
        if (JsonNode.DeepEquals(Node(before.Preferences), Node(preferences)))
        {
            return Unchanged(before);
        }

        var after = before with { Preferences = preferences, PreferencesVersion = before.PreferencesVersion + 1 };
        var view = PreferenceMatrix.Of(after, tenant);
        var data = JsonSerializer.SerializeToUtf8Bytes(view, ProtocolJson.Default.PreferencesView);
        return new PreferenceChange { Customer = after, View = view, Entries = [StreamEntry.Next(state.Stream, state.Head, FrameTypes.PreferencesChanged, data, now)] };
    }

    private static Dictionary<TKey, IReadOnlyDictionary<NotificationChannel, bool>> Off<TKey>(IReadOnlyDictionary<TKey, IReadOnlyDictionary<NotificationChannel, bool>>? rows, TKey key)
        where TKey : notnull =>
        new(rows ?? new Dictionary<TKey, IReadOnlyDictionary<NotificationChannel, bool>>()) { [key] = Off(rows?.GetValueOrDefault(key)) };

    private static IReadOnlyDictionary<NotificationChannel, bool> Off(IReadOnlyDictionary<NotificationChannel, bool>? row) =>
        new Dictionary<NotificationChannel, bool>(row ?? new Dictionary<NotificationChannel, bool>()) { [NotificationChannel.Email] = false };

    private static JsonNode Node(NotificationPreferences preferences) => JsonSerializer.SerializeToNode(preferences, ProtocolJson.Default.NotificationPreferences)!;

    private static JsonElement Element(JsonNode? node) => node is null ? default : JsonSerializer.SerializeToElement(node, ProtocolJson.Default.JsonNode);
}
