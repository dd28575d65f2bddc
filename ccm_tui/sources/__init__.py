"""Text to events, one file per log format; knows no file handles, no database, no UI."""
