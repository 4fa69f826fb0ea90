using System.Management.Automation;
using System.Reflection;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>The ids that errors can have, from inside the module.</summary>
internal static class ErrorIds
{
    /// <summary>Those of the module's table.</summary>
    public static IReadOnlyList<string> InTable() => [.. WithCategories().Keys];

    /// <summary>Those of the module's table, with their categories.</summary>
    public static IReadOnlyDictionary<string, ErrorCategory> WithCategories()
    {
        var table = ModuleAssemblies.Cmdlets.GetType("Litestream.PowerShell.Errors.ErrorTable", throwOnError: true)!;
        return (Dictionary<string, ErrorCategory>)table.GetField("s_categories", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
    }

    /// <summary>The engine's codes.</summary>
    public static IReadOnlyList<string> OfEngine() =>
        ModuleAssemblies.Engine.GetType("Litestream.Engine.Errors.ErrorCode", throwOnError: true)!.GetEnumNames();
}
