"""One file per screen."""

from pathlib import Path

STYLES = Path(__file__).parent.parent / "styles"
"""Where the style sheets are. A screen that is opened later brings its own: the first frame parses none of them."""
