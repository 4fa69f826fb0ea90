using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;

namespace Litestream.Simulation.Stores;

/// <summary>What a bucket answers in S3's protocol.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="now">What its clock shows.</param>
internal sealed class BucketAnswers(SimulatedBucket bucket, DateTimeOffset now)
{
    private static readonly XNamespace s_names = "http://s3.amazonaws.com/doc/2006-03-01/";

    public HttpResponseMessage Listing(BucketCall call)
    {
        var entries = new List<XElement>();
        string? last = null, next = null;
        foreach (var (key, found) in bucket.Objects)
        {
            if (!key.StartsWith(call.Key, StringComparison.Ordinal)) continue;
            var slash = key.IndexOf('/', call.Key.Length);
            var name = slash < 0 ? key : key[..(slash + 1)];
            if (name == last || (call.Token is not null && string.CompareOrdinal(name, call.Token) <= 0)) continue;
            if (entries.Count == bucket.PageSize)
            {
                next = last;
                break;
            }

            last = name;
            entries.Add(slash >= 0 ? new("CommonPrefixes", new XElement("Prefix", name)) : Entry(key, found));
        }

        return Document(new("ListBucketResult", new XElement("Name", SimulatedBucket.Name), new XElement("Prefix", call.Key),
            new XElement("KeyCount", entries.Count), new XElement("MaxKeys", bucket.PageSize), new XElement("IsTruncated", next is null ? "false" : "true"),
            next is null ? null : new XElement("NextContinuationToken", next), entries));
    }

    public HttpResponseMessage Uploads() => Document(new("ListMultipartUploadsResult", new XElement("Bucket", SimulatedBucket.Name), new XElement("IsTruncated", "false")));

    public HttpResponseMessage Deleted() => Document(new("DeleteResult"));

    public HttpResponseMessage Object(BucketCall call, HttpRequestMessage request)
    {
        if (!bucket.Objects.TryGetValue(call.Key, out var found)) return Error(HttpStatusCode.NotFound, "NoSuchKey");
        if (request.Headers.IfMatch.FirstOrDefault() is { } wanted && wanted.Tag != found.ETag) return Error(HttpStatusCode.PreconditionFailed, "PreconditionFailed");
        var range = request.Headers.Range?.Ranges.First();
        var from = (int)(range?.From ?? 0);
        var to = Math.Min(range?.To + 1 ?? found.Content.Length, found.Content.Length);
        if (from > to) return Error(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");
        var answer = Stored(found);
        answer.StatusCode = range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent;
        answer.Content = new ByteArrayContent(call.IsHead ? [] : found.Content[from..(int)to]);
        answer.Content.Headers.ContentLength = to - from;
        answer.Content.Headers.LastModified = found.StoredAt;
        if (range is not null) answer.Content.Headers.ContentRange = new(from, to - 1, found.Content.Length);
        if (found.Time is not null) answer.Headers.Add("x-amz-meta-litestream-time", found.Time);
        return answer;
    }

    public HttpResponseMessage Stored(StoredObject stored)
    {
        var answer = Empty(HttpStatusCode.OK);
        answer.Headers.ETag = new(stored.ETag);
        return answer;
    }

    public HttpResponseMessage Error(HttpStatusCode status, string code)
    {
        var answer = Document(new("Error", new XElement("Code", code), new XElement("Message", code), new XElement("RequestId", "1")), default);
        answer.StatusCode = status;
        return answer;
    }

    public HttpResponseMessage Empty(HttpStatusCode status)
    {
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent([]) };
        answer.Headers.Date = now;
        return answer;
    }

    private HttpResponseMessage Document(XElement root, XNamespace? names = null)
    {
        foreach (var element in root.DescendantsAndSelf()) element.Name = (names ?? s_names) + element.Name.LocalName;
        var answer = Empty(HttpStatusCode.OK);
        answer.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting)));
        answer.Content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        return answer;
    }

    private static XElement Entry(string key, StoredObject found) => new("Contents", new XElement("Key", key),
        new XElement("LastModified", found.StoredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.000'Z'", CultureInfo.InvariantCulture)),
        new XElement("ETag", found.ETag), new XElement("Size", found.Content.Length), new XElement("StorageClass", "STANDARD"));
}
