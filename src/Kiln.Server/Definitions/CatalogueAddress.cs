using Kiln.Server.Http;
using Kiln.Server.Identity;

namespace Kiln.Server.Definitions;

/// <summary>How a kind of definition is called and addressed in the API.</summary>
/// <param name="What">Word for one of them in sentences, for example <c>code host</c>.</param>
/// <param name="Path">Address of the list, for example <c>/openapi/system/codehosts</c>.</param>
/// <param name="Items">Name of the list in a page; empty = the answer is the bare list.</param>
public sealed record CatalogueAddress(string What, string Path, string Items)
{
    /// <summary>How an address names one.</summary>
    public CatalogueKey Key { get; init; } = CatalogueKey.Name;

    /// <summary>Whether it belongs to a project.</summary>
    public ProjectScope Scope { get; init; } = ProjectScope.System;

    /// <summary>What its readers must be able to do.</summary>
    public Verb ReadBy { get; init; } = Verb.Read;

    /// <summary>What those who change it must be able to do; those who change what is the system's are administrators.</summary>
    public Verb ChangeBy { get; init; } = Verb.Edit;

    /// <summary>Field of a body that names it.</summary>
    public string NameField { get; init; } = "name";

    /// <summary>Field of an answer that holds its id.</summary>
    public string IdField { get; init; } = "id";

    /// <summary>How the API document calls it.</summary>
    public ApiNoun Noun => ApiNoun.Of(What);
}

/// <summary>How an address names one definition.</summary>
public enum CatalogueKey
{
    /// <summary><c>…/{name}</c></summary>
    Name,

    /// <summary><c>…/{id}</c>, and a name does too.</summary>
    IdOrName,

    /// <summary><c>…/{name}/{version}</c></summary>
    NameAndVersion,

    /// <summary><c>…?projectKey=</c>; one is read at <c>…/detail?projectKey=</c>.</summary>
    ProjectQuery,
}

/// <summary>Whether definitions of a kind belong to projects.</summary>
public enum ProjectScope
{
    /// <summary>Never: they are the system's.</summary>
    System,

    /// <summary>Without <c>projectKey</c> they are the system's and everyone's.</summary>
    Optional,

    /// <summary>Always.</summary>
    Required,
}
