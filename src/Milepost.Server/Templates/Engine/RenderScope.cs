namespace Milepost.Server.Templates.Engine;

/// <summary>
/// One rendering: how values are written, and how much work is left. Rendering is synchronous, and the engine hands nothing of ours through to
/// where values are read, so it is known to the thread.
/// </summary>
internal sealed class RenderScope : IDisposable
{
    // Reads, rounds of loops, helpers and partials together; an order with 200 items in a rich mail takes about 5,000.
    private const int MaxSteps = 50_000;

    [ThreadStatic]
    private static RenderScope? _current;

    private readonly RenderScope? _outer = _current;
    private int _steps;
    private int _depth;

    public RenderScope(TextFormats formats)
    {
        Formats = formats;
        _current = this;
    }

    public static RenderScope Current => _current ?? throw new InvalidOperationException("nothing is being rendered on this thread");

    public TextFormats Formats { get; }

    /// <exception cref="TemplateFaultException">There were too many.</exception>
    public void Step()
    {
        if (++_steps > MaxSteps)
        {
            throw new TemplateFaultException($"takes more than {MaxSteps} steps: too many loops or partials");
        }
    }

    public void Enter(string partial)
    {
        Step();
        if (++_depth > TemplateBounds.MaxDepth)
        {
            throw new TemplateFaultException($"partials go more than {TemplateBounds.MaxDepth} deep (at '{partial}')");
        }
    }

    public void Leave() => _depth--;

    public void Dispose() => _current = _outer;
}
