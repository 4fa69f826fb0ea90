using Litestream.Engine.Capture;

namespace Litestream.Engine.Tests.Capture;

internal static class ViewCopies
{
    /// <summary>Copies all pages to a stream.</summary>
    public static void CopyTo(this DatabaseView view, Stream target, Action<long> progress, CancellationToken cancellationToken) =>
        view.Read((_, pages) => target.Write(pages), progress, cancellationToken);
}
