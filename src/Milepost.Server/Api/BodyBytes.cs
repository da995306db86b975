using System.Buffers;

namespace Milepost.Server.Api;

/// <summary>A request's body as it came; its length is bounded by the server.</summary>
internal static class BodyBytes
{
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
