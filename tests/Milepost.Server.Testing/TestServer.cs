using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Milepost.Client;
using Milepost.Core.Tracking;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Testing;

/// <summary>The whole server in this process: real Kestrel on a free port, real SQLite in a temporary directory.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Tenant = "acme";
    public const string Key = "a signing key for tests, long enough to be one";
    private readonly bool _ownsData;

    private TestServer(WebApplication app, string dataDirectory, bool ownsData)
    {
        App = app;
        DataDirectory = dataDirectory;
        _ownsData = ownsData;
        Address = new Uri(app.Urls.First());
    }

    public WebApplication App { get; }

    public string DataDirectory { get; }

    public Uri Address { get; }

    /// <param name="configure">Changes the options before the start.</param>
    /// <param name="dataDirectory">Data of an earlier run; a fresh temporary directory when null.</param>
    /// <param name="roles">What it does.</param>
    /// <param name="addresses">At how many ports it listens.</param>
    /// <param name="tracking">The numbers of tracking, where they are not the usual ones.</param>
    public static async Task<TestServer> StartAsync(
        Action<ServerSettings>? configure = null, string? dataDirectory = null, Roles roles = Roles.All, int addresses = 1, TrackingOptions? tracking = null)
    {
        var directory = dataDirectory ?? Directory.CreateTempSubdirectory("milepost-test-").FullName;
        var settings = new ServerSettings
        {
            Configuration = new ConfigurationBuilder().AddInMemoryCollection().Build(),
            Storage = new StorageOptions { DataDirectory = directory },
            Auth = new AuthOptions { SigningKey = Key },
            Gateway = new GatewayOptions { AllowedOrigins = ["https://shop.example"] },
            Ingest = new IngestOptions(),
            Tracking = tracking ?? TrackingOptions.Default,
            Roles = roles,
            Urls = [.. Enumerable.Repeat("http://127.0.0.1:0", addresses)],
        };
        configure?.Invoke(settings);
        var app = MilepostServer.Build(settings);
        await app.StartAsync();
        return new TestServer(app, directory, dataDirectory is null);
    }

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>A token of this server. No scopes: a customer.</summary>
    public static string Token(string subject, params string[] scopes) => TokenFor(Tenant, subject, TimeSpan.FromHours(1), scopes);

    public static string TokenFor(string tenant, string subject, TimeSpan lifetime, params string[] scopes) =>
        new TokenMinter(Key, "", TimeProvider.System).Mint(new TokenRequest(tenant, subject, scopes, lifetime));

    /// <summary>The SDK as this caller.</summary>
    public MilepostClient Client(string subject, params string[] scopes) =>
        new(new MilepostClientOptions { BaseAddress = Address, Tenant = Tenant, Token = _ => ValueTask.FromResult(Token(subject, scopes)) });

    /// <summary>Plain HTTP as this caller; null: without credentials.</summary>
    public HttpClient Http(string? token)
    {
        var http = new HttpClient { BaseAddress = Address };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownsData)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }
}
