using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates;

namespace Milepost.Channels.Tests.Templates;

/// <summary>Whole mails as documents, to be read when they change: <c>MILEPOST_UPDATE_MAILS=1</c> writes them anew.</summary>
public sealed class MailTests
{
    [Theory]
    [InlineData("order.out_for_delivery", "en-US", "")]
    [InlineData("order.placed", "de", "#7c3aed")]
    [InlineData("digest", "fr", "#ffcc00")]
    public void A_mail_is_as_it_was_read(string type, string locale, string color)
    {
        var brand = new TenantBrand { Name = "Corner Shop", Color = color.Length > 0 ? color : null };
        var text = Some.Texts().Render(new TemplateKey("acme", type, NotificationChannel.Email, locale), null, SampleModels.Full(type, brand, Some.Now));
        var file = Path.Combine(Folder(), $"{type}.{locale}");
        if (Environment.GetEnvironmentVariable("MILEPOST_UPDATE_MAILS") == "1")
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(file + ".html", text.Html);
            File.WriteAllText(file + ".txt", $"{text.Title}\n\n{text.Text}\n");
        }

        File.ReadAllText(file + ".html").ShouldBe(text.Html);
        File.ReadAllText(file + ".txt").ShouldBe($"{text.Title}\n\n{text.Text}\n");
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Mails");
}
