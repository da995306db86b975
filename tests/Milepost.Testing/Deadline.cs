namespace Milepost.Testing;

/// <summary>How long a test waits for a signal before it fails: far longer than anything takes on a busy machine.</summary>
public static class Deadline
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Default);

    public static Task Soon(this Task task) => task.WaitAsync(Default);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Default);
}
