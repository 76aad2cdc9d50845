using Kiln.Contracts.Plans;
using Kiln.Contracts.Runs;

namespace Kiln.Server.Planning;

/// <summary>A planned run that is to be stored.</summary>
/// <param name="RunId">Allocated beforehand: the plan's variables hold it.</param>
/// <param name="Plan">What will happen.</param>
/// <param name="SealedSecrets">Secrets of the plan by reference, sealed.</param>
/// <param name="Parameters">Parameters as they are used, credentials masked.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="CreatedBy">Who asked for it.</param>
public sealed record NewRun(
    long RunId,
    RunPlan Plan,
    IReadOnlyDictionary<string, string> SealedSecrets,
    IReadOnlyList<RunParameterView> Parameters,
    int Priority,
    string CreatedBy);
