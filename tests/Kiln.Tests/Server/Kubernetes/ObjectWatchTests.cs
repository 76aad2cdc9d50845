using Kiln.Contracts.Protocol;
using Kiln.Server.Kubernetes.Connections;
using Kiln.Server.Kubernetes.Manifests;
using Kiln.Server.Kubernetes.Objects;
using Kiln.Server.Kubernetes.Watching;
using Kiln.Tests.Fixtures;
using static Kiln.Tests.Fixtures.PodSights;

namespace Kiln.Tests.Server.Kubernetes;

/// <summary>Against <see cref="FakeApiServer"/>, which is no cluster.</summary>
public sealed class ObjectWatchTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _end = new();
    private FakeApiServer _server = null!;
    private KubernetesApi _api = null!;
    private IAsyncEnumerator<WatchNews<Pod>> _news = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        var connection = Assert.IsType<Connecting.Ready>(KubeconfigReader.Read(_server.Kubeconfig, directory: null)).Connection;
        _api = new KubernetesApi(KubernetesHttp.Create(connection), "builds");
        _news = new ObjectWatch<Pod>(_api, Resources.Pods, KubernetesJson.Default.PodLine, PodNames.Selector("5eed"), TimeProvider.System)
            .RunAsync(_end.Token).GetAsyncEnumerator(_end.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _end.CancelAsync();
        _api.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task It_lists_what_is_this_servers_and_then_tells_every_change()
    {
        _server.Put(PodOf(1));
        _server.Put(Pending(new LeaseKey(2, 1, 1), owner: "another"));

        Assert.Equal("kiln-1-1-1-abcde", Assert.Single(Assert.IsType<WatchNews<Pod>.Listed>(await NextAsync()).All).Metadata.Name);
        _server.Put(PodOf(1).Running());
        Assert.Equal("Running", Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync()).Object.Status.Phase);
        await _server.UntilWatchedAsync("pods");
        _server.Remove("pods", "kiln-1-1-1-abcde");
        Assert.Equal("kiln-1-1-1-abcde", Assert.IsType<WatchNews<Pod>.Gone>(await NextAsync()).Object.Metadata.Name);
    }

    [Fact]
    public async Task A_watch_that_was_cut_goes_on_where_it_was_and_misses_nothing()
    {
        await NextAsync();
        _server.Put(PodOf(1));
        Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync());

        _server.EndWatches();
        _server.Put(PodOf(2));

        Assert.Equal("kiln-2-1-1-abcde", Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync()).Object.Metadata.Name);
        Assert.Single(_server.Requests, request => request == "GET pods");
    }

    [Fact]
    public async Task A_bookmark_is_where_it_goes_on()
    {
        await NextAsync();
        var next = NextAsync();
        await _server.UntilWatchedAsync("pods");
        _server.Bookmark("pods");
        _server.EndWatches();
        _server.Put(PodOf(1));
        await next;

        var from = _server.Requests.Where(request => request.StartsWith("WATCH pods", StringComparison.Ordinal)).ToList();
        Assert.NotEqual(from[0], from[^1]);
    }

    [Fact]
    public async Task A_version_that_is_too_old_is_followed_by_a_new_list()
    {
        await NextAsync();
        _server.Put(PodOf(1));
        Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync());

        _server.Forget();
        _server.EndWatches();

        Assert.Single(Assert.IsType<WatchNews<Pod>.Listed>(await NextAsync()).All);
    }

    [Fact]
    public async Task A_line_that_says_410_is_followed_by_a_new_list_too()
    {
        await NextAsync();
        var next = NextAsync();
        await SendAsync("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""");

        Assert.IsType<WatchNews<Pod>.Listed>(await next);
    }

    [Fact]
    public async Task A_line_that_says_error_is_no_disconnect_it_is_told_and_everything_is_listed_again()
    {
        await NextAsync();
        var next = NextAsync();
        await SendAsync("""{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError","message":"etcd is away"}}""");

        Assert.Equal("etcd is away", Assert.IsType<WatchNews<Pod>.Interrupted>(await next).Message);
        Assert.IsType<WatchNews<Pod>.Listed>(await NextAsync());
    }

    [Fact]
    public async Task A_line_that_is_cut_off_is_not_taken_and_comes_again_whole()
    {
        await NextAsync();
        _server.Put(PodOf(1));
        Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync());
        _server.Write("pods", """{"type":"ADDED","object":{"metadata":{"na""", isCut: true);
        _server.Put(PodOf(2));

        Assert.Equal("kiln-2-1-1-abcde", Assert.IsType<WatchNews<Pod>.Changed>(await NextAsync()).Object.Metadata.Name);
    }

    [Fact]
    public async Task A_server_that_refuses_is_told_in_its_words()
    {
        _server.Refuses = static request => request.StartsWith("GET pods", StringComparison.Ordinal) ? (403, "Forbidden", "pods is forbidden") : null;

        Assert.Equal("pods is forbidden", Assert.IsType<WatchNews<Pod>.Interrupted>(await NextAsync()).Message);
        _server.Refuses = static _ => null;
        Assert.IsType<WatchNews<Pod>.Listed>(await NextAsync());
    }

    // The watch opens after its list was taken.
    private async Task SendAsync(string line)
    {
        await _server.UntilWatchedAsync("pods");
        _server.Write("pods", line);
    }

    private async Task<WatchNews<Pod>> NextAsync()
    {
        Assert.True(await _news.MoveNextAsync());
        return _news.Current;
    }

    private static Pod PodOf(long run) => Pending(new LeaseKey(run, 1, 1));
}
