using System.Globalization;
using HandlebarsDotNet;
using Milepost.Protocol;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// What templates can do with values. What is absent (null) is written as nothing; what is of the wrong kind is a fault. Text that they give is
/// escaped like any other.
/// </summary>
internal static class TemplateFunctions
{
    private delegate object? Helper(TextFormats formats, Call call);

    private static readonly Dictionary<string, Helper> Table = new(StringComparer.Ordinal)
    {
        ["money"] = (formats, call) => call[0] switch
        {
            null => null,
            ModelObject money when money.TryGet("amount", out var amount) && money.TryGet("currency", out var currency) =>
                formats.Money(call.Decimal(amount), call.Text(currency)),
            var amount => formats.Money(call.Decimal(amount), call.Text(call[1])),
        },
        ["number"] = (formats, call) => call[0] is null ? null : formats.Number(call.Decimal(call[0]), call.Count > 1 ? (int)Math.Clamp(call.Decimal(call[1]), 0, 10) : null),
        ["date"] = (formats, call) => call[0] is null ? null : formats.Date(call.Time(call[0]), call.Count > 1 ? call.Text(call[1]) : "long"),
        ["time"] = (formats, call) => call[0] is null ? null : formats.Time(call.Time(call[0])),
        ["datetime"] = (formats, call) => call[0] is null ? null : formats.DateTime(call.Time(call[0])),
        ["moment"] = (formats, call) => call[0] is null ? null : formats.Moment(call.Time(call[0])),
        ["relative"] = (formats, call) => call[0] is null ? null : formats.Relative(call.Time(call[0])),
        ["eta"] = (formats, call) => call[0] switch
        {
            null => null,
            ModelObject eta when eta.TryGet("from", out var from) && from is not null && eta.TryGet("to", out var to) && to is not null => formats.Window(call.Time(from), call.Time(to)),
            ModelObject eta when eta.TryGet("at", out var at) => formats.Moment(call.Time(at)),
            var other => formats.Moment(call.Time(other)),
        },
        ["plural"] = (formats, call) => Plural(formats, call),
        ["status"] = (formats, call) => call[0] is null ? null : formats.Words.Find("status." + call.Text(call[0])) ?? call.Text(call[0]),
        ["word"] = (formats, call) => call.Fill(formats.Words[call.Text(call[0])]),
        ["first-name"] = (_, call) => call[0] is null ? null : call.Text(call[0]).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(),
        ["default"] = (_, call) => IsSomething(call[0]) ? call[0] : call[1],
        ["eq"] = (_, call) => AreEqual(call[0], call[1]),
        ["ne"] = (_, call) => !AreEqual(call[0], call[1]),
        ["gt"] = (_, call) => call.Decimal(call[0]) > call.Decimal(call[1]),
        ["lt"] = (_, call) => call.Decimal(call[0]) < call.Decimal(call[1]),
        ["and"] = (_, call) => call.All(IsSomething),
        ["or"] = (_, call) => call.Any(IsSomething),
        ["not"] = (_, call) => !IsSomething(call[0]),
    };

    /// <summary>The helpers' names, for documents and tests.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    public static void Register(IHandlebars environment)
    {
        foreach (var (name, helper) in Table)
        {
            environment.RegisterHelper(name, (in HelperOptions _, in Context _, in Arguments arguments) =>
            {
                var scope = RenderScope.Current;
                scope.Step();
                return helper(scope.Formats, new Call(name, arguments))!;
            });
        }
    }

    private static string Plural(TextFormats formats, Call call)
    {
        var number = call.Decimal(call[0]);
        var form = call.Named(PluralForms.Of(formats.Words.Language, number)) ?? call.Named(PluralForms.Other)
            ?? throw new TemplateFaultException("plural needs other=\"...\"");
        return call.Text(form).Replace("{n}", formats.Number(number, null), StringComparison.Ordinal);
    }

    private static bool IsSomething(object? value) => value switch
    {
        null or false or "" or 0m => false,
        ModelList list => list.Items.Count > 0,
        UndefinedBindingResult => false,
        _ => true,
    };

    private static bool AreEqual(object? one, object? other) =>
        IsNumber(one) && IsNumber(other) ? Convert.ToDecimal(one, CultureInfo.InvariantCulture) == Convert.ToDecimal(other, CultureInfo.InvariantCulture) : Equals(one, other);

    private static bool IsNumber(object? value) => value is decimal or int or long or double;

    /// <summary>A helper's name and what it was given.</summary>
    private sealed class Call
    {
        private readonly string _name;
        private readonly object?[] _values;
        private readonly IReadOnlyDictionary<string, object?> _named;

        public Call(string name, in Arguments arguments)
        {
            _name = name;
            _named = arguments.Hash.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)!;
            _values = new object?[arguments.Length];
            for (var index = 0; index < _values.Length; index++)
            {
                _values[index] = arguments[index];
            }
        }

        public int Count => _values.Length;

        public object? this[int index] => index < _values.Length ? _values[index] : throw new TemplateFaultException($"{_name} needs {index + 1} or more values");

        public object? Named(string name) => _named.GetValueOrDefault(name);

        /// <summary>Puts the named values in their places: <c>{name}</c>.</summary>
        public string Fill(string text) => _named.Aggregate(text, (filled, pair) => filled.Replace("{" + pair.Key + "}", Text(pair.Value), StringComparison.Ordinal));

        public bool All(Func<object?, bool> test) => _values.All(test);

        public bool Any(Func<object?, bool> test) => _values.Any(test);

        public decimal Decimal(object? value) => value switch
        {
            decimal number => number,
            int number => number,
            long number => number,
            double number when Math.Abs(number) < 1e20 => (decimal)number,
            string text when decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Wrong(value, "a number"),
        };

        public string Text(object? value) => value switch
        {
            string text => text,
            decimal or int or long or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            _ => throw Wrong(value, "a text"),
        };

        public DateTimeOffset Time(object? value) => value switch
        {
            DateTimeOffset time => time,
            string text when Rfc3339.TryParse(text, out var time) => time,
            _ => throw Wrong(value, "a time"),
        };

        private TemplateFaultException Wrong(object? value, string wanted) => new($"{_name} needs {wanted}, and got {Kind(value)}");

        private static string Kind(object? value) => value switch
        {
            null => "nothing",
            string => "a text",
            bool => "true or false",
            DateTimeOffset => "a time",
            ModelList => "a list",
            ModelObject => "an object",
            _ => "a number",
        };
    }
}
