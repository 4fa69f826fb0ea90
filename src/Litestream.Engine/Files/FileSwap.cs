namespace Litestream.Engine.Files;

/// <summary>Puts a file in the place of another one in steps of which each can fail, or be the last.</summary>
internal static class FileSwap
{
    /// <summary>Has, behind the name of what was there, one of both files while the swap lasts, and after a death in it: whichever has not got the place.
    /// Neither of the names that a restore tidies up, nor one that says too much.</summary>
    public const string Suffix = "-swapping";

    /// <summary>Swaps; what fails leaves everything as it was.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="from">What takes the place.</param>
    /// <param name="to">The place.</param>
    /// <param name="former">The name of what was there.</param>
    public static void Run(IFileSystem files, string from, string to, string former)
    {
        var between = former + Suffix;
        files.Rename(from, between, overwrite: false);
        try
        {
            if (files.TryExchange(between, to)) NameFormer(files, between, to, former);
            else ReplaceInSteps(files, between, to, former);
        }
        catch
        {
            files.Rename(between, from, overwrite: false);
            throw;
        }
    }

    private static void NameFormer(IFileSystem files, string between, string to, string former)
    {
        try
        {
            files.Rename(between, former, overwrite: false);
        }
        catch
        {
            files.TryExchange(between, to);
            throw;
        }
    }

    // with links there is no moment in which nothing has the name
    private static void ReplaceInSteps(IFileSystem files, string between, string to, string former)
    {
        var isLinked = files.TryLink(to, former);
        if (!isLinked) files.Rename(to, former, overwrite: false);
        try
        {
            files.Rename(between, to, overwrite: true);
        }
        catch
        {
            if (isLinked) files.Delete(former);
            else files.Rename(former, to, overwrite: false);
            throw;
        }
    }
}
