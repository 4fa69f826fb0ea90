using System.Management.Automation;

namespace Litestream.PowerShell.Tests.Hosting;

internal static class PSObjectExtensions
{
    /// <summary>A property as a script sees it: the tests know no type of the module.</summary>
    public static T? Value<T>(this PSObject source, string property) =>
        source.Properties[property] is { } found
            ? (T?)(found.Value is PSObject wrapped ? wrapped.BaseObject : found.Value)
            : throw new Xunit.Sdk.XunitException($"{source.TypeNames[0]} has no property {property}.");
}
