using Milepost.LogisticsSimulator;

return await CommandLine.Create().Parse(args).InvokeAsync();
