using Milepost.Server.Commands;

return await MilepostCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
