using Kiln.Contracts.Catalogue;
using Kiln.Server.Bodies;
using Kiln.Server.Definitions;
using Kiln.Server.Identity;

namespace Kiln.Server.Services;

/// <summary>Services with their modules in the API.</summary>
internal sealed class ServiceKind(ServiceStore store) : CatalogueKind<Service>(store)
{
    public override CatalogueAddress Address { get; } = new("service", "/openapi/services", "services")
    {
        Scope = ProjectScope.Required,
        NameField = "service_name",
    };

    public override ValueTask<DefinitionReader<Service>> ReaderAsync(Caller caller, CancellationToken cancellationToken) => new(Read);

    private static Draft<Service> Read(BodyObject body, Service? current)
    {
        var name = NameRules.Read(body, "service_name", current?.ServiceName);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return new(name, new Service
        {
            ServiceName = name,
            Description = body.Text("description", Presence.Optional),
            Containers = body.Objects("containers", Presence.Optional, container =>
            {
                var module = NameRules.Read(container, "name");
                if (module.Length > 0 && !seen.Add(module))
                {
                    container.Refuse("name", "This module is listed twice.");
                }
                return new ServiceContainer(
                    module,
                    container.Text("image", Presence.Optional),
                    container.Text("image_name", Presence.Optional, module));
            }),
        });
    }
}
