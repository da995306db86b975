using System.Collections;
using System.Text.Json;

namespace Milepost.Protocol.Tests;

/// <summary>Makes a message with something in every field.</summary>
internal static class Sample
{
    public static object Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(0)!;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type.GenericTypeArguments))!;
            list.Add(Of(type.GenericTypeArguments[0]));
            return list;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GenericTypeArguments))!;
            dictionary.Add(Of(type.GenericTypeArguments[0]), Of(type.GenericTypeArguments[1]));
            return dictionary;
        }

        return Plain(type) ?? Record(type);
    }

    private static object? Plain(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => "a \"text\" \u00e4\ud83d\ude00",
        TypeCode.Boolean => true,
        TypeCode.Int32 => 7,
        TypeCode.Int64 => 8L,
        TypeCode.Double => 0.5,
        TypeCode.Decimal => 4.5m,
        _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 11, 21, 18, 0, 0, 123, TimeSpan.Zero),
        _ when type == typeof(DateOnly) => new DateOnly(2026, 11, 21),
        _ when type == typeof(JsonElement) => JsonDocument.Parse("{\"a\":[1,null]}").RootElement,
        _ => null,
    };

    private static object Record(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).FirstOrDefault() ?? throw new InvalidOperationException($"no sample of {type}");
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(made, Of(property.PropertyType));
        }

        return made;
    }
}
