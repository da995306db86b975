namespace Milepost.Server.Hosting;

/// <summary>Puts the server together.</summary>
internal static class MilepostServer
{
    /// <param name="settings">What it runs with.</param>
    /// <param name="extend">Maps further endpoints, such as the demo's.</param>
    public static WebApplication Build(ServerSettings settings, Action<WebApplication>? extend = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.WebHost.UseUrls([.. settings.Urls]);
        var app = builder.Build();
        app.MapGet("/healthz/live", () => TypedResults.Ok());
        extend?.Invoke(app);
        return app;
    }
}
