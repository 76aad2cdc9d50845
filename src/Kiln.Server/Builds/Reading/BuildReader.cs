using System.Text.Json;
using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>
/// Reads a body of the document's create and update calls. Pure: the same body, address, stored definition and
/// catalogue give the same result.
/// </summary>
/// <param name="Catalogue">What the body may refer to.</param>
/// <param name="Stored">The definition that an update replaces, credentials in clear; <c>null</c> for a create.</param>
/// <param name="ProjectKey">From the query; empty when not given.</param>
/// <param name="Name">From the path; empty when the address has none.</param>
public sealed record BuildReader(Catalogue Catalogue, BuildDefinition? Stored, string ProjectKey, string Name)
{
    /// <summary>Reads the form with a recipe of its own.</summary>
    public ReadResult ReadPlain(JsonElement json)
    {
        var violations = new Violations();
        if (BodyObject.Root(json, violations) is not { } body)
        {
            return new ReadResult.Invalid(violations);
        }
        if (body.Has("template_name") && body.Has("target_services") && !body.Has("build_script"))
        {
            body.Refuse("template_name", "Looks like a build from a template: add ?source=template to the address.");
            return new ReadResult.Invalid(violations);
        }
        return Plain(body);
    }

    /// <summary>Reads the fields of the form with a recipe of its own.</summary>
    public ReadResult Plain(BodyObject body)
    {
        var violations = body.Violations;
        var name = ReadName(body);
        var project = ReadProject(body);
        var stored = (Stored as BuildDefinition.Plain)?.Spec;
        var recipe = new RecipeReader(Catalogue, stored).Read(body);
        if (!body.Has("description") && Stored is BuildDefinition.FromTemplate { Spec: var before })
        {
            recipe = recipe with { Description = before.Description };
        }
        DangerousSettings.Refuse(recipe.AdvancedSettings, Catalogue.AllowedSettings, violations);
        var services = ReadServices(body);
        return Result(violations, new BuildDefinition.Plain(new PlainBuildSpec(recipe, name, project, services)));
    }

    /// <summary>Reads the template form.</summary>
    public ReadResult ReadFromTemplate(JsonElement json)
    {
        var violations = new Violations();
        return BodyObject.Root(json, violations) is { } body ? FromTemplate(body) : new ReadResult.Invalid(violations);
    }

    /// <summary>Reads the fields of the template form.</summary>
    public ReadResult FromTemplate(BodyObject body)
    {
        var violations = body.Violations;
        var name = ReadName(body);
        var project = ReadProject(body);
        var templateName = body.Text("template_name", Presence.Filled);
        var template = Catalogue.BuildTemplate(templateName);
        if (template is null && templateName.Length > 0)
        {
            violations.AddUnknown(
                body.At("template_name"), "build template", templateName, Catalogue.BuildTemplates.Select(t => t.Name));
        }
        if (template is not null)
        {
            DangerousSettings.Refuse(template.AdvancedSettings, Catalogue.AllowedSettings, violations);
        }
        var stored = (Stored as BuildDefinition.FromTemplate)?.Spec;
        var targets = new TargetReader(Catalogue, template, stored?.TargetServices ?? []).Read(body);
        return Result(violations, new BuildDefinition.FromTemplate(new TemplatedBuildSpec
        {
            Name = name,
            ProjectKey = project,
            TemplateName = templateName,
            TargetServices = targets,
            Description = body.Text("description", Presence.Optional, StoredDescription),
        }));
    }

    private string StoredDescription => Stored switch
    {
        BuildDefinition.Plain plain => plain.Spec.Description,
        BuildDefinition.FromTemplate templated => templated.Spec.Description,
        _ => "",
    };

    private string ReadName(BodyObject body)
    {
        var name = NameRules.Read(body, "name");
        if (Name.Length > 0 && name.Length > 0 && name != Name)
        {
            body.Refuse("name", $"Says \"{Quoted.Short(name)}\", the address says \"{Quoted.Short(Name)}\"; they must agree.");
        }
        return name;
    }

    private string ReadProject(BodyObject body)
    {
        var project = body.Text("project_key", Presence.Filled);
        if (project.Length == 0)
        {
            return project;
        }
        if (ProjectKey.Length > 0 && project != ProjectKey)
        {
            body.Refuse(
                "project_key",
                $"Says \"{Quoted.Short(project)}\", projectKey in the address says \"{Quoted.Short(ProjectKey)}\"; they must agree.");
        }
        if (!Catalogue.Projects.Contains(project))
        {
            body.Violations.AddUnknown(body.At("project_key"), "project", project, Catalogue.Projects);
        }
        return project;
    }

    private static IReadOnlyList<ServiceWithModule> ReadServices(BodyObject body)
    {
        var seen = new HashSet<ServiceWithModule>();
        return body.Objects("services", Presence.Present, item =>
        {
            var service = TargetReader.ReadService(item);
            if (service.ServiceName.Length > 0 && !seen.Add(service))
            {
                item.Refuse("service_module", "This service and module are listed twice.");
            }
            return service;
        });
    }

    private static ReadResult Result(Violations violations, BuildDefinition definition) =>
        violations.Any ? new ReadResult.Invalid(violations) : new ReadResult.Valid(definition);
}
