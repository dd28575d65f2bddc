"""Reusable widgets: take domain values, send messages; know no store and no app."""
