using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// What the engine can see of a value: the names of our objects, the rounds of our lists, and nothing of anything else, so that no template
/// reaches a member of .NET. Every look is a step.
/// </summary>
internal sealed class ModelDescriptors : IObjectDescriptorProvider
{
    private static readonly ObjectDescriptor Object = new(typeof(ModelObject), new Members(), Names, _ => new Rounds());
    private static readonly ObjectDescriptor List = new(typeof(ModelList), new ListMembers(), Names, _ => new Rounds());

    public bool TryGetDescriptor(Type type, out ObjectDescriptor value)
    {
        if (type == typeof(ModelObject))
        {
            value = Object;
        }
        else if (type == typeof(ModelList))
        {
            value = List;
        }
        else if (type == typeof(string) || type.IsValueType)
        {
            value = new ObjectDescriptor(type, new NoMembers(), Names, _ => new Rounds());
        }
        else
        {
            // The engine's own: the arguments of partials, the variables of loops.
            value = ObjectDescriptor.Empty;
            return false;
        }

        return true;
    }

    private static IEnumerable<string> Names(ObjectDescriptor descriptor, object value) => value is ModelObject known ? known.Values.Keys : [];

    private sealed class Members : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            RenderScope.Current.Step();
            return ((ModelObject)instance).TryGet(memberName.TrimmedValue, out value);
        }
    }

    private sealed class ListMembers : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            RenderScope.Current.Step();
            var list = (ModelList)instance;
            value = memberName.TrimmedValue == "length" ? (decimal)list.Items.Count : null;
            if (value is null && int.TryParse(memberName.TrimmedValue, out var index) && index >= 0 && index < list.Items.Count)
            {
                value = list.Items[index];
                return true;
            }

            return value is not null;
        }
    }

    private sealed class NoMembers : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            value = null;
            return false;
        }
    }

    private sealed class Rounds : IIterator
    {
        private static readonly ReadOnlyListIterator<CountedList, object?> Lists = new();
        private static readonly DictionaryIterator<Dictionary<string, object?>, string, object?> Objects = new();

        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input, TemplateDelegate template, TemplateDelegate ifEmpty)
        {
            switch (input)
            {
                case ModelList list:
                    Lists.Iterate(writer, context, blockParamsVariables, new CountedList(list.Items), template, ifEmpty);
                    break;
                case ModelObject known:
                    Objects.Iterate(writer, context, blockParamsVariables, Read(known), template, ifEmpty);
                    break;
                default:
                    ifEmpty(writer, context);
                    break;
            }
        }
    }

    private static Dictionary<string, object?> Read(ModelObject known)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in known.Values.Keys)
        {
            RenderScope.Current.Step();
            known.TryGet(name, out var value);
            values.Add(name, value);
        }

        return values;
    }

    private sealed class CountedList(IReadOnlyList<object?> items) : IReadOnlyList<object?>
    {
        public int Count => items.Count;

        public object? this[int index]
        {
            get
            {
                RenderScope.Current.Step();
                return items[index];
            }
        }

        public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
