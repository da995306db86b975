using System.CommandLine;
using Milepost.LoadTest;

return await new RootCommand("Drives load at a Milepost server.") { LoadTestCommand.Create() }.Parse([LoadTestCommand.Name, .. args]).InvokeAsync();
