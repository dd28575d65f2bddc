"""The floor as one frozen snapshot, now or as of an instant."""
