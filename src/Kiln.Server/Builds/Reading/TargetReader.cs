using Kiln.Contracts.Builds;
using Kiln.Server.Bodies;
using Kiln.Server.Http;
using Kiln.Server.Planning;

namespace Kiln.Server.Builds.Reading;

/// <summary>Reads <c>target_services</c> of the template form.</summary>
/// <param name="catalogue">Has the code hosts.</param>
/// <param name="template">Has the parameters; <c>null</c> when it was not found, then inputs are not looked up.</param>
/// <param name="stored">What an update replaces, in clear.</param>
public sealed class TargetReader(Catalogue catalogue, BuildTemplate? template, IReadOnlyList<TemplateTarget> stored)
{
    public IReadOnlyList<TemplateTarget> Read(BodyObject body)
    {
        var seen = new HashSet<ServiceWithModule>();
        return body.Objects("target_services", Presence.Filled, item =>
        {
            var service = ReadService(item);
            if (service.ServiceName.Length > 0 && !seen.Add(service))
            {
                item.Refuse("service_module", "This service and module are listed twice.");
            }
            var before = stored.FirstOrDefault(target =>
                target.ServiceName == service.ServiceName && target.ServiceModule == service.ServiceModule);
            return new TemplateTarget
            {
                ServiceName = service.ServiceName,
                ServiceModule = service.ServiceModule,
                RepoInfo = new RepoReader(catalogue, before?.RepoInfo ?? []).Read(item, Presence.Present),
                Inputs = ReadInputs(item, before?.Inputs ?? []),
            };
        });
    }

    public static ServiceWithModule ReadService(BodyObject item) =>
        new(item.Text("service_name", Presence.Filled), item.Text("service_module", Presence.Filled));

    private IReadOnlyList<BuildInput> ReadInputs(BodyObject target, IReadOnlyList<BuildInput> before)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return target.Objects("inputs", Presence.Present, item =>
        {
            var key = item.Text("key", Presence.Filled);
            var value = item.Text("value", Presence.Present);
            var parameter = template?.Parameters.FirstOrDefault(p => p.Key == key);
            if (key.Length > 0 && !seen.Add(key))
            {
                item.Refuse("key", $"{Quoted.Short(key)} is given twice.");
            }
            if (template is not null && parameter is null && key.Length > 0)
            {
                item.Violations.AddUnknown(
                    item.At("key"), $"parameter of template \"{template.Name}\" called", key, template.Parameters.Select(p => p.Key),
                    new FieldSubject("build template", template.Name));
            }
            if (value == Credential.Mask)
            {
                value = Restore(item, before.FirstOrDefault(input => input.Key == key && input.IsCredential), parameter);
            }
            if (parameter is not null
                && ParameterValues.Outside(parameter, ParameterValues.Split(parameter, value)) is not null)
            {
                item.Refuse("value", "Is not one of the template's choice_option.");
            }
            return new BuildInput(key, value, parameter is { IsCredential: true });
        });
    }

    private static string Restore(BodyObject item, BuildInput? before, BuildParameter? parameter)
    {
        if (before is null)
        {
            item.Refuse("value", "Is the mask ********, but nothing is stored that it stands for; send the value itself.");
            return "";
        }
        if (parameter is { IsCredential: false })
        {
            item.Refuse("value", "The template no longer calls this a credential, so the stored secret would become readable; send the value itself.");
        }
        return before.Value;
    }
}
