return await Kiln.Agent.AgentProgram.RunAsync(args);
