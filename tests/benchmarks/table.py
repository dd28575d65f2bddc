"""One line a figure: what was measured, against what, and the most it may be."""


def show(what: str, figure: float, at_most: float | None = None, unit: str = "x", note: str = "") -> None:
    """Print a figure beside its target; without one it only tells."""
    target = "" if at_most is None else f"at most {at_most:g} {'met' if figure <= at_most else 'MISSED'}"
    print(f"{what:<58} {figure:9.2f} {unit:<4} {target:<22} {note}".rstrip(), flush=True)
