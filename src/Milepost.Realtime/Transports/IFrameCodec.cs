using System.Buffers;

namespace Milepost.Realtime.Transports;

/// <summary>Writes frames in the form of one transport. The text of a frame is the body, then the label, then the cursor, then <c>}</c>.</summary>
internal interface IFrameCodec
{
    /// <summary>
    /// Writes one frame.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="body">The JSON object without its closing brace.</param>
    /// <param name="label">The stream's name, or null. Labels consist of letters that JSON does not escape.</param>
    /// <param name="cursor">The connection's cursor behind this frame, or null.</param>
    void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> body, string? label, string? cursor);

    /// <summary>Writes something that shows the other end that we are here.</summary>
    void WriteHeartbeat(IBufferWriter<byte> output);

    /// <summary>Answers the other end's question whether we are here.</summary>
    void WritePong(IBufferWriter<byte> output, ReadOnlySpan<byte> payload);

    /// <summary>Writes the end, where the transport has one.</summary>
    void WriteEnd(IBufferWriter<byte> output, int code, string reason);
}
