namespace Kiln.Contracts.Builds;

/// <summary>A page of build templates.</summary>
/// <param name="Total">All that match.</param>
/// <param name="Templates">This page.</param>
public sealed record BuildTemplateList(long Total, IReadOnlyList<BuildTemplateListItem> Templates);

/// <summary>A build template in a list.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="UpdateBy">Who changed it last.</param>
/// <param name="UpdateTime">When, Unix seconds.</param>
/// <param name="Spec">The template, credentials masked.</param>
public sealed record BuildTemplateListItem(string Id, string Name, string UpdateBy, long UpdateTime, BuildTemplate Spec);
