using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Milepost.Server.Api;

/// <summary>The files of a page that lies in the program itself.</summary>
/// <param name="prefix">What the names of its resources begin with, for example <c>guest/</c>.</param>
internal sealed class PageFiles(string prefix)
{
    private readonly FrozenDictionary<string, byte[]> _files = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[prefix.Length..], Read, StringComparer.Ordinal);

    public Results<FileContentHttpResult, NotFound> Send(string name) =>
        _files.TryGetValue(name, out var bytes) ? TypedResults.Bytes(bytes, ContentType(name)) : TypedResults.NotFound();

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static byte[] Read(string resource)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(resource)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
