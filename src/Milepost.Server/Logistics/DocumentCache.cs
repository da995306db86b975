namespace Milepost.Server.Logistics;

/// <summary>The newest document of each subject that was read, with the tag under which the service knows it; who was not asked for longest goes first.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class DocumentCache<T>(int capacity)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Id), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public CachedDocument<T>? Find(string tenant, string id)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((tenant, id), out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Cached;
        }
    }

    public void Put(string tenant, string id, CachedDocument<T> cached)
    {
        lock (_gate)
        {
            if (_entries.Remove((tenant, id), out var before))
            {
                _byUse.Remove(before);
            }
            else if (_entries.Count >= capacity && _byUse.Last is { } last)
            {
                _entries.Remove(last.Value.Key);
                _byUse.RemoveLast();
            }

            _entries[(tenant, id)] = _byUse.AddFirst(new Entry((tenant, id), cached));
        }
    }

    public void Remove(string tenant, string id)
    {
        lock (_gate)
        {
            if (_entries.Remove((tenant, id), out var node))
            {
                _byUse.Remove(node);
            }
        }
    }

    private sealed record Entry((string Tenant, string Id) Key, CachedDocument<T> Cached);
}

/// <param name="Document">As it was read.</param>
/// <param name="ETag">Null: the service gave none.</param>
/// <param name="CheckedAt">When the service last said that it is so; by <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed record CachedDocument<T>(T Document, string? ETag, long CheckedAt);
