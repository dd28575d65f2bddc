"""SQLite: one module per subject, holding its reads and its writes."""
