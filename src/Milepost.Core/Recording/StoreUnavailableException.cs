namespace Milepost.Core.Recording;

/// <summary>The store cannot write now: the disk is full, the file is locked or broken, the server is away. Trying again may help.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
