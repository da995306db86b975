namespace Milepost.Client.Streams;

/// <summary>One open connection, whatever its transport. Read by one reader; errors of the network are values, not exceptions.</summary>
internal interface IStreamConnection : IAsyncDisposable
{
    /// <summary>The next frame, or the end.</summary>
    ValueTask<Received> ReadAsync();

    /// <summary>The consumer has everything up to here.</summary>
    void Took(string cursor);

    /// <summary>Sends renewed credentials, where the transport can.</summary>
    ValueTask RenewAsync(string token);

    /// <summary>Starts an orderly end: a read under way returns soon. May be called at any time, from any thread.</summary>
    void BeginEnd();
}
