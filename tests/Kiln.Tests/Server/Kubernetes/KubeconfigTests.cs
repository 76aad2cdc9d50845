using Kiln.Server.Kubernetes.Connections;

namespace Kiln.Tests.Server.Kubernetes;

public sealed class KubeconfigTests
{
    private const string Minimal = """
        apiVersion: v1
        kind: Config
        current-context: lab
        contexts:
        - name: other
          context: {cluster: other, user: u}
        - name: lab
          context:
            cluster: lab
            user: u
            namespace: builds
        clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
        users:
        - name: u
          user: {token: "s3cret"}
        """;

    [Fact]
    public void The_current_context_tells_server_token_and_namespace()
    {
        var connection = Assert.IsType<Connecting.Ready>(KubeconfigReader.Read(Minimal, directory: null)).Connection;

        Assert.Equal(
            ("https://127.0.0.1:6443/", "s3cret", "builds", false),
            (connection.Server.ToString(), connection.Token(), connection.Namespace, connection.VerifiesTls));
    }

    [Fact]
    public void Json_is_read_as_well()
    {
        const string json = """
            {"current-context":"a","contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}],
             "clusters":[{"name":"c","cluster":{"server":"http://127.0.0.1:8080"}}],"users":[{"name":"u","user":{}}]}
            """;

        Assert.IsType<Connecting.Ready>(KubeconfigReader.Read(json, directory: null));
    }

    [Theory]
    [InlineData("current-context: lab", "current-context: gone", "\"gone\" is not among its contexts")]
    [InlineData("{token: \"s3cret\"}", "{exec: {command: aws}}", "start the program aws")]
    [InlineData("{token: \"s3cret\"}", "{auth-provider: {name: oidc}}", "auth provider oidc")]
    [InlineData("{token: \"s3cret\"}", "{client-certificate: /etc/c.crt, client-key: /etc/c.key}", "client-certificate-data")]
    [InlineData("{token: \"s3cret\"}", "{client-certificate-data: eA==}", "belong together")]
    [InlineData("https://127.0.0.1:6443", "ftp://127.0.0.1", "not an http or https address")]
    [InlineData("current-context: lab", "current-context: [", "Line")]
    public void What_cannot_be_used_is_said_with_what_to_do(string part, string instead, string said)
    {
        var unusable = Assert.IsType<Connecting.Unusable>(
            KubeconfigReader.Read(Minimal.Replace(part, instead, StringComparison.Ordinal), directory: null));

        Assert.Contains(said, unusable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_stands_for_what_its_anchor_names()
    {
        var text = Minimal.Replace("user: {token: \"s3cret\"}", "user: &me {token: abcd}\n- name: again\n  user: *me", StringComparison.Ordinal)
            .Replace("user: u\n", "user: again\n", StringComparison.Ordinal);

        Assert.Equal("abcd", Assert.IsType<Connecting.Ready>(KubeconfigReader.Read(text, directory: null)).Connection.Token());
    }
}
