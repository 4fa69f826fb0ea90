namespace Litestream.Servers;

/// <summary>moto, a store in memory that speaks S3. Checks no signatures.</summary>
internal sealed class MotoProcess : IS3Server, IDisposable
{
    private readonly ServerProcess _process;

    private MotoProcess(ServerProcess process, Uri endpoint) => (_process, Endpoint) = (process, endpoint);

    public Uri Endpoint { get; }

    public (string Key, string Secret) Credential => ("key", "secret");

    /// <summary>Starts it; null where it is not installed.</summary>
    public static async Task<MotoProcess?> TryStartAsync()
    {
        if (!ServerProcess.Has("moto_server")) return null;
        var port = ServerProcess.Text(ServerProcess.FreePort());
        var moto = new MotoProcess(ServerProcess.Start("moto_server", ["-H", "127.0.0.1", "-p", port]), new($"http://127.0.0.1:{port}"));
        await ServerProcess.AnswersAsync(moto.Endpoint);
        return moto;
    }

    public void Dispose() => _process.Dispose();
}
