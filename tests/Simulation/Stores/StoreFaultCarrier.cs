using System.Net;
using System.Text;
using System.Xml.Linq;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>Carries one request, and does to it what is to go wrong.</summary>
internal sealed class StoreFaultCarrier(Machine machine, SimulatedBucket bucket, BucketCall call, byte[] content)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(61);
    private static readonly TimeSpan s_delay = TimeSpan.FromMinutes(5);

    private BucketAnswers Answers => new(bucket, machine.Clock.GetUtcNow());

    /// <summary>Carries it.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="carry">Carries the request out.</param>
    /// <param name="cancellationToken">Whether somebody still waits for the answer.</param>
    public HttpResponseMessage Carry(StoreFault fault, Func<HttpResponseMessage> carry, CancellationToken cancellationToken)
    {
        if (fault != StoreFault.None) machine.Trace.Note($"{fault} at {call.Operation} {call.Key}");
        switch (fault)
        {
            case StoreFault.TimeoutBefore:
                throw Hang(cancellationToken);
            case StoreFault.TimeoutAfter:
                carry();
                throw Hang(cancellationToken);
            case StoreFault.ResetBefore:
                throw Reset();
            case StoreFault.ResetAfter:
                carry();
                throw Reset();
            case StoreFault.Forbidden:
                return Answers.Error(HttpStatusCode.Forbidden, "AccessDenied");
            case StoreFault.ClockSkew:
                return Answers.Error(HttpStatusCode.Forbidden, "RequestTimeTooSkewed");
            case StoreFault.NotFound:
                return Answers.Error(HttpStatusCode.NotFound, call.Operation is Operation.StoreGet ? "NoSuchKey" : "NoSuchBucket");
            case StoreFault.SlowDown:
                return Answers.Error(HttpStatusCode.ServiceUnavailable, "SlowDown");
            case StoreFault.TooManyRequests:
                return Answers.Error(HttpStatusCode.TooManyRequests, "TooManyRequests");
            case StoreFault.InternalError:
                return Answers.Error(HttpStatusCode.InternalServerError, "InternalError");
            case StoreFault.StrangeAnswer:
                var strange = Answers.Empty(HttpStatusCode.OK);
                strange.Content = new ByteArrayContent("<html><body>Please log in.</body></html>"u8.ToArray());
                return strange;
            case StoreFault.PartialUpload:
                bucket.Put(call.Key, content[..(content.Length / 2)], null, machine.Clock.GetUtcNow());
                throw Reset();
            case StoreFault.DuplicateDelivery:
                bucket.Faults!.Late = CarryAgain;
                return carry();
            case StoreFault.Delay:
                machine.Clock.Advance(s_delay);
                return carry();
            case StoreFault.None:
                return carry();
            default:
                return Change(carry(), fault);
        }

        void CarryAgain()
        {
            try
            {
                carry();
            }
            catch (ProcessDiedException)
            {
                // whoever sent it is dead; it has come all the same
            }
        }
    }

    private HttpResponseMessage Change(HttpResponseMessage answer, StoreFault fault)
    {
        if (!answer.IsSuccessStatusCode) return answer;
        var bytes = answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        var former = answer.Content.Headers;
        var length = bytes.Length;
        answer.Content = fault switch
        {
            StoreFault.ResetMidway => new StreamContent(new BrokenStream(bytes[..(length / 2)], breaks: true)),
            StoreFault.ShortRead => new StreamContent(new BrokenStream(bytes[..(length / 2)], breaks: false)),
            StoreFault.WrongLength => new ByteArrayContent(bytes[..(length / 2)]),
            StoreFault.Corrupt => new ByteArrayContent(Corrupted(bytes)),
            _ => new ByteArrayContent(Listing(bytes, fault)),
        };
        foreach (var (name, values) in former)
            if (name != "Content-Length") answer.Content.Headers.TryAddWithoutValidation(name, values);
        if (fault is StoreFault.ResetMidway or StoreFault.ShortRead) answer.Content.Headers.ContentLength = length;
        return answer;
    }

    private byte[] Listing(byte[] page, StoreFault fault)
    {
        var document = XDocument.Parse(Encoding.UTF8.GetString(page));
        var root = document.Root!;
        var entries = root.Elements().Where(e => e.Name.LocalName is "Contents" or "CommonPrefixes").ToList();
        switch (fault)
        {
            case StoreFault.ListingPageLost:
                entries.ForEach(e => e.Remove());
                break;
            case StoreFault.StaleListing:
                var newest = bucket.Objects.OrderBy(o => o.Value.StoredAt).TakeLast(2).Select(o => o.Key).ToHashSet();
                foreach (var entry in entries.Where(e => newest.Contains(e.Elements().First().Value))) entry.Remove();
                break;
            case StoreFault.ListingReordered:
                entries.ForEach(e => e.Remove());
                root.Add(Enumerable.Reverse(entries));
                break;
            default:
                root.Elements().Single(e => e.Name.LocalName == "IsTruncated").Value = "true";
                root.Elements().FirstOrDefault(e => e.Name.LocalName == "NextContinuationToken")?.Remove();
                break;
        }

        return Encoding.UTF8.GetBytes(document.ToString(SaveOptions.DisableFormatting));
    }

    private static byte[] Corrupted(byte[] bytes)
    {
        byte[] wrong = [.. bytes];
        if (wrong.Length > 0) wrong[wrong.Length * 2 / 3] ^= 0x10;
        return wrong;
    }

    private OperationCanceledException Hang(CancellationToken cancellationToken)
    {
        machine.Clock.Advance(s_timeout);
        machine.Clock.FireDue();
        return new("The request was given up.", cancellationToken);
    }

    private static HttpRequestException Reset() => new("The connection was reset.");
}
