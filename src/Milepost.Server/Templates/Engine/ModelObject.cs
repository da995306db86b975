using System.Collections;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// An object as templates see it: names and values, nothing of .NET. Values are text, decimal, bool, time, null, further objects and lists; a
/// <see cref="Lazy{T}"/> is read when it is asked for.
/// </summary>
internal sealed class ModelObject(Dictionary<string, object?> values)
{
    public static readonly ModelObject Empty = new([]);

    public IReadOnlyDictionary<string, object?> Values => values;

    public bool TryGet(string name, out object? value)
    {
        if (!values.TryGetValue(name, out value))
        {
            return false;
        }

        if (value is Lazy<object?> late)
        {
            value = late.Value;
        }

        return true;
    }
}

/// <summary>A list as templates see it. That it can be enumerated is how the engine knows an empty one.</summary>
internal sealed class ModelList(IReadOnlyList<object?> items) : IEnumerable
{
    public IReadOnlyList<object?> Items => items;

    public IEnumerator GetEnumerator() => items.GetEnumerator();
}
