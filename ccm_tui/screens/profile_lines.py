"""What another system knows of a customer, in a line or two of the contact's page. Pure."""

from typing import TYPE_CHECKING

from ccm_tui.domain.customers import Profile, identity_key
from ccm_tui.formatting import amount, count
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.wrapping import wrapped, wrapped_spans

if TYPE_CHECKING:
    from ccm_tui.screens.desk import Desk

SHOWN_IDENTITIES = 6
"""So many other numbers and addresses at most."""


def profile_lines(profile: Profile, customer: str | None, desk: "Desk", width: int, label_width: int) -> list[Line]:
    """Name, worth, and what is still open; below, how else the customer gets in touch than on this contact."""
    indent = 3 + label_width

    def head(label: str) -> Line:
        return line("   ", (f"{label:<{label_width}}", Tone.HEAD))

    said: list[tuple[str, Tone]] = [(f"{customer_text(profile.name or profile.reference, desk)},", Tone.NORMAL)]
    for label, text in (("value", amount(profile.value_milli)), ("purchases", count(profile.purchases))):
        said += [(label, Tone.HEAD), (f"{text},", Tone.STRONG)]
    issues = profile.urgent_issues
    if issues:
        noun = "issue" if issues == 1 else "issues"
        said.append((f"{desk.symbols.warning} {count(issues)} urgent {noun} open", Tone.WARNING))
    else:
        said += [("urgent issues", Tone.HEAD), (count(issues), Tone.STRONG)]
    lines = wrapped_spans(line(*said), width - 1, indent=indent, head=head("customer"))
    own = identity_key(customer or "")
    others = [each for each in profile.identities if identity_key(each) != own]
    if others:
        shown = ", ".join(customer_text(each, desk) for each in others[:SHOWN_IDENTITIES])
        more = f" and {len(others) - SHOWN_IDENTITIES} more" if len(others) > SHOWN_IDENTITIES else ""
        lines += wrapped(f"{shown}{more}", width - 1, indent=indent, head=head("also"))
    return lines
