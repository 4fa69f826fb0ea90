using System.Net;
using System.Xml.Linq;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>Carries the requests of a process to a bucket. Each is an operation at which the process can die, before it and after it took effect.</summary>
internal sealed class BucketTransport(Machine machine, SimulatedProcess process, SimulatedBucket bucket) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = BucketCall.Parse(request);
        Enter(call.Operation, call.Key);
        // who uploads reads what is uploaded, and may die of it
        var content = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var carry = () => Carry(call, request, content);
        if (process.IsObserver || bucket.Faults is not { } faults) return carry();
        return new StoreFaultCarrier(machine, bucket, call, content).Carry(faults.Take(call), carry, cancellationToken);
    }

    private HttpResponseMessage Carry(BucketCall call, HttpRequestMessage request, byte[] content)
    {
        var answer = new BucketAnswers(bucket, machine.Clock.GetUtcNow());
        switch (call.Operation)
        {
            case Operation.StoreList:
                return call.IsOfUploads ? answer.Uploads() : answer.Listing(call);
            case Operation.StoreGet:
                return answer.Object(call, request);
            case Operation.StoreDelete:
                var keys = request.Method == HttpMethod.Post ? KeysOf(content) : [call.Key];
                foreach (var key in keys) bucket.Delete(key);
                Enter(Operation.StoreStored, call.Key);
                return request.Method == HttpMethod.Post ? answer.Deleted() : answer.Empty(HttpStatusCode.NoContent);
            default:
                if (!Allows(call.Key, request)) return answer.Error(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
                var time = request.Headers.TryGetValues("x-amz-meta-litestream-time", out var times) ? times.First() : null;
                var stored = bucket.Put(call.Key, content, time, machine.Clock.GetUtcNow());
                Enter(Operation.StoreStored, call.Key);
                return answer.Stored(stored);
        }
    }

    private bool Allows(string key, HttpRequestMessage request)
    {
        var there = bucket.Objects.GetValueOrDefault(key);
        if (request.Headers.IfNoneMatch.Count > 0) return there is null;
        return request.Headers.IfMatch.FirstOrDefault() is not { } wanted || wanted.Tag.Trim('"') == there?.ETag.Trim('"');
    }

    private static IReadOnlyList<string> KeysOf(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return [.. XDocument.Load(stream).Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value)];
    }

    private void Enter(Operation operation, string key)
    {
        if (machine.Enter(process, operation, key) == Fault.Crash) throw new ProcessDiedException();
    }
}
