using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>
/// Finds the system's librdkafka. The binding brings no native library of its own, and nothing is loaded before the first use: an
/// installation without Kafka needs none.
/// </summary>
internal static class LibRdKafka
{
    private const string NativeName = "librdkafka.so.1";
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static void Ensure() => _ = Loaded.Value;

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(NativeName, out _))
        {
            throw new FileNotFoundException($"Kafka:Brokers is set and {NativeName} is not installed. Debian and Ubuntu have it in the package librdkafka1.");
        }

        // The names that the binding imports, and where they are on a current system.
        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => name switch
        {
            "libdl" => NativeLibrary.Load("libdl.so.2"),
            "librdkafka" => NativeLibrary.Load(NativeName),
            _ => IntPtr.Zero,
        });
        return Library.Load(NativeName);
    }
}
