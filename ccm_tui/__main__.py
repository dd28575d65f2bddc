"""``python -m ccm_tui`` is the same program as ``ccm-tui``."""

import sys

from ccm_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
