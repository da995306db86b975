namespace Milepost.Core.Templates;

/// <summary>
/// Words for notifications: the tenant's own where it has published some, ours else. Answered from memory, by any number of threads at once.
/// Templates are looked up by type, then by language: the customer's tag, its language alone (<c>pt</c> for <c>pt-BR</c>), the tenant's
/// default, English; a tenant's template in any of these goes before ours.
/// </summary>
public interface ITexts
{
    /// <summary>The version of the words that the product brings with it.</summary>
    const int BuiltIn = 0;

    /// <summary>
    /// Never fails: a tenant's template that cannot be rendered with this model, and a version that is no longer known, give way to ours.
    /// </summary>
    /// <param name="key">Which words.</param>
    /// <param name="version">A version that <see cref="VersionOf"/> told when the notification was planned; null: as published now.</param>
    /// <param name="model">What they speak of.</param>
    RenderedText Render(TemplateKey key, int? version, TextModel model);

    /// <summary>
    /// The version that is published now. A tenant's versions are numbered through over all its templates, so that a version alone names the
    /// words and their language.
    /// </summary>
    int VersionOf(TemplateKey key);
}
