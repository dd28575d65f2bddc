"""A simulated floor that writes native logs."""
