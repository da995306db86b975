namespace Milepost.LogisticsSimulator;

/// <summary>An option or a fault is not one; the message says what is wrong with it, for whoever wrote it.</summary>
public sealed class InvalidSettingException(string message) : Exception(message);
