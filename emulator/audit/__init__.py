"""Cloud Audit Logs and the Log Router: entries, the Logging query language, sinks."""
