using Kiln.Contracts.Protocol;
using Kiln.Contracts.Runs;
using Kiln.Server.Queue;
using Kiln.Server.Queue.Hosts;

namespace Kiln.Tests.Server.Queue;

public sealed class WaitingReasonTests
{
    [Fact]
    public void Without_hosts_it_says_how_to_get_one()
    {
        var why = WaitingReason.Explain(["shell:shell"], 0, []);
        Assert.Equal(RunReason.NoHost, why.Reason);
        Assert.Contains("kiln agent", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_label_is_named_with_every_host_that_lacks_it()
    {
        var why = WaitingReason.Explain(
            ["label:gpu", "shell:shell"], 0, [Host("a", labels: []), Host("b", labels: ["big"]), Host("c", labels: ["gpu"], reachable: false)]);
        Assert.Equal(RunReason.NoHostWithLabels, why.Reason);
        Assert.Equal("No host fits: a lacks the label gpu, b lacks the label gpu.", why.Message);
    }

    [Fact]
    public void Scripts_of_a_kind_no_host_has_are_named_too()
    {
        var why = WaitingReason.Explain(["shell:powershell"], 0, [Host("a", labels: [])]);
        Assert.Equal("No host fits: a lacks powershell scripts.", why.Message);
    }

    [Theory]
    [InlineData(0, "this run is next")]
    [InlineData(1, "1 run is ahead of it")]
    [InlineData(7, "7 runs are ahead of it")]
    public void Busy_hosts_are_named_with_the_place_in_the_queue(long ahead, string place)
    {
        var why = WaitingReason.Explain([], ahead, [Host("a", labels: [])]);
        Assert.Equal((RunReason.HostsBusy, $"Every fitting host is busy (a); {place}."), (why.Reason, why.Message));
    }

    private static HostPresence Host(string name, string[] labels, bool reachable = true) => new(
        new AgentInfo(name, name, "1", 1, "linux", "x64", labels, 2, ["shell"], Draining: false), reachable, SeenAt: 0);
}
