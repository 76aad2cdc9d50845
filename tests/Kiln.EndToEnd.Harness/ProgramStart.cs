namespace Kiln.EndToEnd.Harness;

/// <summary>How a program is started: what is really run for it, and with which arguments.</summary>
/// <param name="file">The program.</param>
/// <param name="arguments">Its arguments.</param>
public delegate (string File, string[] Arguments) ProgramStart(string file, string[] arguments);
