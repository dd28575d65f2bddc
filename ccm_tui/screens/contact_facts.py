"""What is known of a contact that waits. Pure."""

from ccm_tui.formatting import clock
from ccm_tui.live.owed import waits_text
from ccm_tui.screens.queue_lines import QueueSubject, customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import Line, line

LABEL_WIDTH = 12


def contact_facts(subject: QueueSubject, contact: str) -> list[Line]:
    """One waiting contact; nothing when it no longer waits."""
    found = next((each for each in subject.row.waiting if each.contact == contact), None)
    if found is None:
        return []
    known = subject.detail.waiting if subject.detail is not None else ()
    earlier = next((each.earlier for each in known if each.contact.contact == contact), None)
    zone = subject.desk.zone(subject.row.site)
    facts = [
        ("customer", customer_text(found.customer, subject.desk)),
        ("queue", f"{subject.row.queue}, {subject.row.channel}, place {found.position} of {len(subject.row.waiting)}"),
        ("entered", clock(found.entered_at_ms, zone, seconds=True)),
        ("waits", waits_text(found, subject.row, subject.now_ms, subject.desk.definitions)),
    ]
    if found.owed_since_ms is not None:
        facts.append(("owed since", clock(found.owed_since_ms, zone, seconds=True)))
    if earlier is not None:
        facts.append(("before", f"{earlier.week} contacts within seven days, {earlier.today} of them today"))
    facts += [("id", found.native_id), ("our id", found.contact)]
    return [(), *(line(" ", (f"{label:<{LABEL_WIDTH}}", Tone.HEAD), text) for label, text in facts)]
