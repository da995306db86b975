namespace Milepost.Storage;

/// <summary>The database was written by a newer version. Waiting does not help.</summary>
public sealed class NewerSchemaException : Exception
{
    public NewerSchemaException()
    {
    }

    public NewerSchemaException(int found, int known)
        : base($"The database has schema version {found}, this program knows {known}. It was written by a newer version: run that one.")
    {
    }

    public NewerSchemaException(string message)
        : base(message)
    {
    }

    public NewerSchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
