// Scenarios mostly wait for processes; each starts its own server and touches nothing of the others.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
