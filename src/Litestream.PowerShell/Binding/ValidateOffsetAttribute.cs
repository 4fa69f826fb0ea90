using System.Globalization;
using System.Management.Automation;

namespace Litestream.PowerShell.Binding;

/// <summary>Accepts an offset in a WAL, and null: an object from the pipeline may stand for the end of its index.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValidateOffsetAttribute : ValidateArgumentsAttribute
{
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (arguments is long and (< 0 or > uint.MaxValue))
            throw new ValidationMetadataException(string.Create(CultureInfo.InvariantCulture, $"An offset in a WAL is 0 to {uint.MaxValue}, not {arguments}."));
    }
}
