using System.Net;
using System.Net.Sockets;
using System.Text;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Tests.Security;

/// <summary>A store on loopback that answers each request with what the test says.</summary>
internal sealed class HostileStore : IDisposable
{
    private readonly HttpListener _listener;

    private HostileStore(HttpListener listener) => _listener = listener;

    /// <summary>Starts one that lists these elements: <c>Contents</c> and <c>CommonPrefixes</c>.</summary>
    public static HostileStore Start(string elements)
    {
        while (true)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{FreePort()}/");
            try
            {
                listener.Start();
            }
            catch (HttpListenerException)
            {
                continue; // somebody else has taken the port
            }

            _ = AnswerAsync(listener, Encoding.UTF8.GetBytes($"""<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><IsTruncated>false</IsTruncated>{elements}</ListBucketResult>"""));
            return new(listener);
        }
    }

    /// <summary>An element of a listing.</summary>
    public static string Content(string key, string size = "1", string? time = "2026-01-01T00:00:00.000Z") =>
        $"<Contents><Key>{WebUtility.HtmlEncode(key)}</Key><Size>{size}</Size>{(time is null ? "" : $"<LastModified>{time}</LastModified>")}</Contents>";

    /// <summary>A folder of a listing.</summary>
    public static string Folder(string prefix) => $"<CommonPrefixes><Prefix>{WebUtility.HtmlEncode(prefix)}</Prefix></CommonPrefixes>";

    /// <summary>A replica in it, below <c>app/</c>.</summary>
    public IReplicaClient Open() => ReplicaClients.Open("s3://bucket/app", "/", new(),
        new S3Settings { Endpoint = new(_listener.Prefixes.Single()), Region = "us-east-1", Credential = new("key", "secret") });

    public void Dispose() => _listener.Close();

    private static async Task AnswerAsync(HttpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                var request = await listener.GetContextAsync();
                request.Response.ContentType = "application/xml";
                await request.Response.OutputStream.WriteAsync(answer);
                request.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // closed
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
