using Kiln.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Kiln.Tests.Server.Document;

/// <summary>What the document says of query parameters is what the handlers ask for.</summary>
public sealed class DocumentedParametersTests(WrittenDocument written) : IClassFixture<WrittenDocument>
{
    [Fact]
    public async Task Every_call_asks_for_the_query_parameters_that_it_declares_and_for_no_others()
    {
        var differences = new List<string>();
        foreach (var endpoint in DocumentWriter.Endpoints(written.App.Services))
        {
            var rule = endpoint.Metadata.GetMetadata<AccessRule>();
            var declared = DocumentParameters.Declared(endpoint, rule).Where(parameter => !parameter.IsHeader).Select(parameter => parameter.Name);

            var asked = await AskedAsync(endpoint, rule);

            if (!asked.Order(StringComparer.Ordinal).SequenceEqual(declared.Order(StringComparer.Ordinal)))
            {
                differences.Add($"{DocumentWriter.Method(endpoint)} {DocumentWriter.Path(endpoint)} declares {string.Join(", ", declared)}, asks for {string.Join(", ", asked)}");
            }
        }
        Assert.Empty(differences);
    }

    private async Task<IReadOnlyCollection<string>> AskedAsync(RouteEndpoint endpoint, AccessRule? rule)
    {
        await using var scope = written.App.Services.CreateAsyncScope();
        var query = new AskedQuery();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Features.Set<IQueryFeature>(new QueryFeature(query));
        context.Features.Set(new Caller("admin", TokenKind.Admin));
        context.Request.Method = DocumentWriter.Method(endpoint).ToUpperInvariant();
        context.Request.Body = new MemoryStream("{}"u8.ToArray());
        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            context.Request.RouteValues[parameter.Name] = "1";
        }
        context.SetEndpoint(endpoint);
        if (rule is AccessRule.InProject one)
        {
            await written.App.Get<RequestProjects>().OfAsync(one.Project, context);
        }
        await endpoint.RequestDelegate!(context);
        return query.Asked;
    }

    /// <summary>A query that has only a project, revisions and a text, and notes what else is asked for.</summary>
    private sealed class AskedQuery : IQueryCollection
    {
        private static readonly Dictionary<string, string> Given = new() { ["projectKey"] = "yaml", ["from"] = "1", ["to"] = "1", ["search"] = "x" };

        public HashSet<string> Asked { get; } = [];

        public StringValues this[string key] => TryGetValue(key, out var value) ? value : StringValues.Empty;

        public int Count => Given.Count;

        public ICollection<string> Keys => Given.Keys;

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public bool TryGetValue(string key, out StringValues value)
        {
            Asked.Add(key);
            var found = Given.TryGetValue(key, out var text);
            value = text;
            return found;
        }

        public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => throw new InvalidOperationException("A query is asked by name.");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
