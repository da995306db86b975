namespace Milepost.Realtime.Backplane.Redis;

/// <summary>Spreads keys over servers so that each key has one, and that adding or removing a server moves only the keys of that server.</summary>
internal static class RendezvousHash
{
    /// <summary>FNV-1a, 64 bits. Must not change: nodes of different versions have to agree.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = (hash ^ (byte)character) * 1099511628211UL;
            hash = (hash ^ (byte)(character >> 8)) * 1099511628211UL;
        }

        return hash;
    }

    /// <summary>The place of the server that wins the key.</summary>
    public static int Choose(ReadOnlySpan<ulong> servers, ulong key)
    {
        var winner = 0;
        var best = 0UL;
        for (var index = 0; index < servers.Length; index++)
        {
            var score = Mix(servers[index] ^ key);
            if (index == 0 || score > best)
            {
                (winner, best) = (index, score);
            }
        }

        return winner;
    }

    // The finaliser of MurmurHash3: without it the highest bits hardly depend on the key's last characters.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdUL;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return value ^ (value >> 33);
    }
}
