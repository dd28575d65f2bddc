"""What a demo can be asked for."""

SPEEDS = (0.1, 1000.0)
"""Simulated seconds a second. Faster than this a day has passed before anybody has looked."""
LONGEST_DAYS = 3660
"""Whole days of history."""
