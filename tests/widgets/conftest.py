"""Still pictures: no animation, whatever the machine says (Textual reads the variable when it is imported)."""

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"
