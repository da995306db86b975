namespace Milepost.Realtime.Streams;

/// <summary>The log cannot be read now; trying again may help. Connections stay open meanwhile.</summary>
public sealed class LogUnavailableException : Exception
{
    public LogUnavailableException()
    {
    }

    public LogUnavailableException(string message)
        : base(message)
    {
    }

    public LogUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
