"""ccm_tui: a contact-centre supervisor's console in the terminal. Importing the package costs nothing."""

__version__ = "0.1.0"
