namespace Kiln.Server.Demo;

/// <summary>The demo cannot be loaded; the message tells the user why and what to do.</summary>
internal sealed class DemoException : Exception
{
    public DemoException(string message)
        : base(message) { }

    public DemoException(string message, Exception cause)
        : base(message, cause) { }
}
