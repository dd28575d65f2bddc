"""A period's numbers as plain rows, and the ways to print them."""
