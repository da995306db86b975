using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Milepost.Server.Settings;

/// <summary>Fills option classes from the merged values and checks their annotations, naming the full key in every message.</summary>
internal sealed class OptionBinding(IReadOnlyDictionary<string, RawSetting> merged, List<string> errors)
{
    public T Bind<T>()
        where T : class, new()
    {
        var options = new T();
        foreach (var option in OptionCatalog.Keys.Values.Where(option => option.Property.DeclaringType == typeof(T)))
        {
            if (option.IsList)
            {
                SetList(options, option);
            }
            else if (merged.TryGetValue(option.Key, out var setting) && !TrySet(options, option, setting))
            {
                continue;
            }

            Check(options, option);
        }

        return options;
    }

    private void SetList(object options, OptionKey option)
    {
        if (merged.TryGetValue(option.Key, out var whole))
        {
            option.Property.SetValue(options, whole.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList());
            return;
        }

        var items = merged
            .Where(pair => pair.Key.StartsWith(option.Key + ":", StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => int.Parse(pair.Key[(option.Key.Length + 1)..]))
            .Select(pair => pair.Value.Value)
            .ToList();
        if (items.Count > 0)
        {
            option.Property.SetValue(options, items);
        }
    }

    private bool TrySet(object options, OptionKey option, RawSetting setting)
    {
        try
        {
            option.Property.SetValue(options, TypeDescriptor.GetConverter(option.Property.PropertyType).ConvertFromInvariantString(setting.Value));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            errors.Add($"{option.Key}: must be {Kind(option.Property.PropertyType)}{Not(option, setting.Value)} ({setting.Origin}).");
            return false;
        }
    }

    private void Check(object options, OptionKey option)
    {
        var value = option.Property.GetValue(options);
        var context = new ValidationContext(options) { MemberName = option.Property.Name, DisplayName = option.Key };
        foreach (var rule in option.Property.GetCustomAttributes<ValidationAttribute>().Where(rule => rule.GetValidationResult(value, context) is not null))
        {
            var problem = rule switch
            {
                RequiredAttribute => "must not be empty",
                RangeAttribute range => $"must be from {range.Minimum} to {range.Maximum}{Not(option, value)}",
                AllowedValuesAttribute allowed => $"must be {string.Join(" or ", allowed.Values)}{Not(option, value)}",
                _ => rule.FormatErrorMessage(option.Key),
            };
            var origin = merged.TryGetValue(option.Key, out var setting) ? $" ({setting.Origin})" : "";
            errors.Add($"{option.Key}: {problem}{origin}.");
        }
    }

    private static string Not(OptionKey option, object? value) => option.IsSensitive ? "" : $", not '{value}'";

    private static string Kind(Type type) => type switch
    {
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) || type == typeof(decimal) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a duration (hh:mm:ss)",
        _ when type.IsEnum => string.Join(" or ", Enum.GetNames(type)),
        _ => $"a {type.Name}",
    };
}
