using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace Kiln.Tests.Server.Document.Schemas;

/// <summary>What the sources say of types and properties: their documentation comments, as Markdown.</summary>
internal sealed class ContractWords
{
    private readonly Dictionary<string, XElement> _members = [];

    public ContractWords(params string[] assemblies)
    {
        foreach (var member in assemblies
            .Select(name => Path.Combine(AppContext.BaseDirectory, $"{name}.xml"))
            .SelectMany(file => XDocument.Load(file).Descendants("member")))
        {
            _members.TryAdd((string)member.Attribute("name")!, member);
        }
    }

    /// <summary>Of a type; empty = nothing is said.</summary>
    public string Of(Type type) => Text(Member(type)?.Element("summary"));

    /// <summary>Of a property, also one that is a record's parameter.</summary>
    public string Of(PropertyInfo property)
    {
        var declaring = property.DeclaringType!;
        var own = _members.GetValueOrDefault($"P:{Name(declaring)}.{property.Name}");
        if (own?.Element("inheritdoc")?.Attribute("cref") is { } other)
        {
            own = _members.GetValueOrDefault(other.Value);
        }
        return Text(own?.Element("summary")
            ?? Member(declaring)?.Elements("param").FirstOrDefault(parameter => (string?)parameter.Attribute("name") == property.Name));
    }

    private XElement? Member(Type type) => _members.GetValueOrDefault($"T:{Name(type)}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement? element)
    {
        var text = new StringBuilder();
        foreach (var node in element?.Nodes() ?? [])
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" or "paramref" } named => $"`{Field((string?)(named.Attribute("cref") ?? named.Attribute("name")) ?? "")}`",
                XText plain => plain.Value,
                _ => "",
            });
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Field(string member) => ContractFields.Name(member[(member.LastIndexOf('.') + 1)..]);
}
