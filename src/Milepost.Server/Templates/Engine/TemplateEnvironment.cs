using System.Globalization;
using System.Text.RegularExpressions;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// Compiles the templates of one tenant, channel and language, and the partials that they include. Strict: what is not there is a fault that
/// names it. Any number of threads.
/// </summary>
internal sealed partial class TemplateEnvironment
{
    private readonly IHandlebars _plain;
    private readonly IHandlebars _html;

    /// <param name="partial">The source of a partial by its name; null: there is none.</param>
    public TemplateEnvironment(Func<string, string?> partial)
    {
        _plain = Create(partial, isHtml: false);
        _html = Create(partial, isHtml: true);
    }

    /// <exception cref="TemplateFaultException">It is not a template, or passes a bound.</exception>
    public CompiledPart Compile(string part, string source, bool isHtml)
    {
        TemplateBounds.Check(part, source);
        return new CompiledPart(part, source, Compile(isHtml ? _html : _plain, part, source));
    }

    private static IHandlebars Create(Func<string, string?> partial, bool isHtml)
    {
        var configuration = new HandlebarsConfiguration
        {
            ThrowOnUnresolvedBindingExpression = true,
            NoEscape = !isHtml,
            FormatProvider = CultureInfo.InvariantCulture,
            // Ours counts, and says where; this one is behind it.
            PartialRecursionDepthLimit = TemplateBounds.MaxDepth + 1,
            PartialTemplateResolver = new Partials(partial),
        };
        configuration.ObjectDescriptorProviders.Add(new ModelDescriptors());
        var environment = Handlebars.Create(configuration);
        TemplateFunctions.Register(environment);
        return environment;
    }

    private static HandlebarsTemplate<TextWriter, object, object> Compile(IHandlebars environment, string part, string source)
    {
        try
        {
            using var reader = new StringReader(source);
            return environment.Compile(reader);
        }
        catch (Exception failure) when (failure is HandlebarsException or InvalidOperationException or ArgumentException)
        {
            var place = Place().Match(failure.Message);
            var first = failure is HandlebarsException ? failure.Message.Split('\n')[0].TrimEnd() : "a tag is not complete";
            throw new TemplateFaultException(first, failure)
            {
                Part = part,
                Line = place.Success ? int.Parse(place.Groups["line"].ValueSpan, CultureInfo.InvariantCulture) + 1 : null,
            };
        }
    }

    [GeneratedRegex(@"Occured at:\s*(?<line>\d+):", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    private sealed class Partials(Func<string, string?> find) : IPartialTemplateResolver
    {
        public bool TryRegisterPartial(IHandlebars env, string? partialName, string? templatePath)
        {
            if (partialName is null || find(partialName) is not { } source)
            {
                return false;
            }

            var part = $"partial '{partialName}'";
            TemplateBounds.Check(part, source);
            var template = new CompiledPart(part, source, Compile(env, part, source));
            env.RegisterTemplate(partialName, (writer, context, data) => template.Include(partialName, writer, context!, data!));
            return true;
        }
    }
}

/// <summary>One part of a template, ready to be rendered.</summary>
internal sealed class CompiledPart(string part, string source, HandlebarsTemplate<TextWriter, object, object> template)
{
    /// <summary>Renders within <see cref="RenderScope.Current"/>.</summary>
    /// <exception cref="TemplateFaultException">A variable is not there, a helper was misused, or a bound was passed.</exception>
    public string Render(ModelObject model)
    {
        using var writer = new BoundedWriter();
        try
        {
            template(writer, model, null!);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw Fault(failure);
        }

        return writer.ToString();
    }

    /// <summary>Renders as a piece of another.</summary>
    public void Include(string name, TextWriter writer, object context, object data)
    {
        var scope = RenderScope.Current;
        scope.Enter(name);
        try
        {
            template(writer, context, data);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or TemplateFaultException { Part: not null }))
        {
            throw Fault(failure);
        }
        finally
        {
            scope.Leave();
        }
    }

    private TemplateFaultException Fault(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case TemplateFaultException { Part: not null } told:
                    return told;
                case TemplateFaultException told:
                    return new TemplateFaultException(told.Message, told) { Part = part };
                case HandlebarsUndefinedBindingException missing:
                    var name = (missing.Path ?? missing.MissingKey).TrimStart('#');
                    return new TemplateFaultException($"there is no '{name}'", failure) { Part = part, Variable = name, Line = LineOf(name) };
            }
        }

        // What the engine itself stumbles over, such as a partial that does not exist.
        return new TemplateFaultException(failure.GetBaseException().Message.Split('\n', '.')[0], failure) { Part = part };
    }

    private int? LineOf(string name)
    {
        for (var at = source.IndexOf(name, StringComparison.Ordinal); at >= 0; at = source.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var before = source.AsSpan(0, at);
            if (before.LastIndexOf("{{") > before.LastIndexOf("}}"))
            {
                return TemplateBounds.LineOf(source, at);
            }
        }

        return null;
    }
}
