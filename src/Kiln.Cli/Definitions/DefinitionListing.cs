using System.Text.Json.Nodes;
using Kiln.Cli.Output;
using Kiln.Contracts.Client;

namespace Kiln.Cli.Definitions;

/// <summary>How definitions of a kind are listed.</summary>
internal static class DefinitionListing
{
    /// <summary>The columns of a kind.</summary>
    public static Listing Of(DefinitionKind kind) => new(
        kind.NameOf,
        [
            .. kind.Scope == DefinitionScope.System ? Array.Empty<Column>() : [new Column("PROJECT", item => item.Text("project_key"))],
            new("NAME", kind.NameOf),
            .. Own(kind),
            new("UPDATED", item => item.Time("update_time")),
            new("BY", item => item.Text("update_by")),
            .. kind == DefinitionKinds.Build ? Array.Empty<Column>() : [Wide("REVISION", "revision")],
        ]);

    private static Column[] Own(DefinitionKind kind) => kind.Word switch
    {
        "project" => [Field("NAME SHOWN", "project_name"), Wide("DESCRIPTION", "description")],
        "code-host" => [Field("TYPE", "type"), Field("AUTH", "auth_type"), Field("ADDRESS", "address")],
        "build-image" => [Field("IMAGE", "value")],
        "package" => [Field("ENABLED", "enabled"), Wide("DOWNLOAD", "download_path")],
        "object-storage" => [Field("DEFAULT", "is_default"), Field("BUCKET", "bucket"), Field("ENDPOINT", "endpoint")],
        "registry" => [Field("DEFAULT", "is_default"), Field("USER", "access_key")],
        "cluster" => [Field("TYPE", "type"), Field("LOCAL", "local"), Wide("NAMESPACE", "namespace")],
        "build-template" => [Field("ON", "infrastructure"), Field("IMAGE", "build_os"), Wide("DESCRIPTION", "description")],
        "service" => [new("MODULES", item => Joined(item, "containers", module => module.Text("name")))],
        "variable" => [Field("VALUE", "value"), Wide("DESCRIPTION", "description")],
        "build" =>
        [
            new("SERVICES", item => Joined(
                item, "target_services", service => $"{service.Text("service_name")}/{service.Text("service_module")}")),
        ],
        "token" =>
        [
            Field("KIND", "kind"),
            new("ROLES", item => Joined(item, "grants", grant => $"{grant.Text("project_key")}={grant.Text("role")}")),
            new("EXPIRES", item => item.Time("expires_time")),
        ],
        _ => [],
    };

    private static string Joined(JsonObject item, string list, Func<JsonObject, string> text) =>
        string.Join(',', item.Objects(list).Select(text));

    private static Column Field(string title, string name) => new(title, item => item.Text(name));

    private static Column Wide(string title, string name) => Field(title, name) with { IsExtra = true };
}
