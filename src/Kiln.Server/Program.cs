using Kiln.Server;

return await Startup.RunAsync(args, Console.Out, Console.Error);
