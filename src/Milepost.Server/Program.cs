using System.Globalization;
using Milepost.Server.Commands;

// What the machine's own language is must change nothing; customers' languages are always named.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

return await MilepostCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
