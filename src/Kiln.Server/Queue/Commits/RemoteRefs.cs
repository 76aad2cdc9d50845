namespace Kiln.Server.Queue.Commits;

/// <summary>
/// Bounds and shares lookups: one at a time per repository, a few in all; who asks while one runs is answered, together with
/// all others who wait, by the next. An answer is never older than the question.
/// </summary>
internal sealed class RemoteRefs(GitRemote git) : IDisposable
{
    private const int AtOnce = 8;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly Dictionary<RemoteRepo, Line> _lines = [];

    /// <summary>Asks for full refs of a repository.</summary>
    public Task<RemoteAnswer> AskAsync(
        RemoteRepo repo, IEnumerable<string> refs, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(repo, out var line))
            {
                line = _lines[repo] = new Line();
            }
            if (line.Waiting is not { } question)
            {
                question = line.Waiting = new Question();
                line.Last = AnswerAsync(repo, line, line.Last, question, cancellationToken);
            }
            question.Refs.UnionWith(refs);
            return question.Answer.Task;
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task AnswerAsync(
        RemoteRepo repo, Line line, Task previous, Question question, CancellationToken cancellationToken)
    {
        // Off the caller's lock, whether or not the one before has ended.
        await Task.Yield();
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                lock (_gate)
                {
                    line.Waiting = null;
                }
                question.Answer.SetResult(await git.AskAsync(repo, question.Refs, cancellationToken));
            }
            finally
            {
                _slots.Release();
            }
        }
#pragma warning disable CA1031 // Handed to those who asked.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            question.Answer.TrySetException(failure);
        }
        lock (_gate)
        {
            if (line.Waiting is null)
            {
                _lines.Remove(repo);
            }
        }
    }

    private sealed class Line
    {
        public Task Last { get; set; } = Task.CompletedTask;

        public Question? Waiting { get; set; }
    }

    private sealed class Question
    {
        public HashSet<string> Refs { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource<RemoteAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
