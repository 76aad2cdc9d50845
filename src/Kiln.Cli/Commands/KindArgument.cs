using System.CommandLine;
using System.CommandLine.Completions;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Commands;

/// <summary>The argument by which commands name a kind of definition.</summary>
internal static class KindArgument
{
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("KIND")
        {
            Description = $"One of {Words}.",
        };
        argument.CompletionSources.Add(_ => DefinitionKinds.All.Select(kind => new CompletionItem(kind.Word)));
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => DefinitionKinds.Find(token.Value) is null))
            {
                result.AddError($"There is no kind \"{token.Value}\"; it is one of {Words}.");
            }
        });
        return argument;
    }

    /// <summary>The kind that was named; the parser has seen to it that there is one.</summary>
    public static DefinitionKind Of(ParseResult parsed, Argument<string> argument) =>
        DefinitionKinds.Find(parsed.GetRequiredValue(argument))!;

    private static string Words => string.Join(", ", DefinitionKinds.All.Select(kind => kind.Word));
}
