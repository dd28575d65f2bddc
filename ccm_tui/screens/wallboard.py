"""The wallboard."""

from ccm_tui.screens.base import FloorScreen


class WallboardScreen(FloorScreen):
    NAME = "wallboard"
