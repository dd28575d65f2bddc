"""The contacts behind a figure as a table: each with its share, and why it counts or is left out. Pure."""

from typing import TYPE_CHECKING

from ccm_tui.formatting import UNDEFINED, clock, count, duration, moment, number
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Line, line

if TYPE_CHECKING:
    from ccm_tui.screens.behind import Counted, Found
    from ccm_tui.screens.desk import Desk

LABEL_WIDTH = 12
AGENT, QUEUE = "agent", "queue"
"""Who is named beside the customer: of a queue's contacts the agent, of an agent's the queue."""
LEFT_OUT = "left out"


def columns(who: str) -> tuple[Column, ...]:
    """The table's columns. They cannot be sorted by: more is read when the end is reached."""
    title, words = ("Agent", "Who answered.") if who == AGENT else ("Queue", "The queue it came through.")
    return (
        Column("at", "At", 8, sortable=False, description="When it entered the queue."),
        Column("customer", "Customer", 9, priority=2, sortable=False, description="The customer, masked as elsewhere."),
        Column(who, title, 9, priority=3, sortable=False, max_width=20, grow=True, description=words),
        Column("wait", "Wait", 5, "right", priority=1, sortable=False, description="How long until answer or exit."),
        Column("talk", "Talk", 5, "right", priority=4, sortable=False, description="Conversation, where it is known."),
        Column(
            "counts",
            "Counts",
            8,
            "right",
            sortable=False,
            description="Its share: 1 of 1 above and below the line, 0 of 1 below only, or left out.",
        ),
        Column(
            "what", "What became of it", 25, sortable=False, max_width=44, grow=True, description="Why it counts so."
        ),
    )


def counted_rows(found: "Found", listed: int, desk: "Desk", site: str) -> list[BoardRow]:
    """The first ``listed``, keyed by their place."""
    zone = desk.zone(site)
    rows = []
    for index, each in enumerate(found.rows[:listed]):
        left_out = each.place == "excluded"
        cells = {
            "at": Cell(clock(each.at_ms, zone, seconds=True)),
            "customer": Cell(customer_text(each.customer, desk) if each.contact else ""),
            "agent": Cell(each.agent),
            "queue": Cell(each.queue),
            "wait": Cell(UNDEFINED if each.wait_seconds is None else duration(each.wait_seconds)),
            "talk": Cell(UNDEFINED if each.talk_seconds is None else duration(each.talk_seconds)),
            "counts": Cell(LEFT_OUT if left_out else share_text(each, found)),
            "what": Cell(each.why or each.what),
        }
        if left_out:
            cells = {key: cell._replace(tone=Tone.DIM) for key, cell in cells.items()}
        rows.append(BoardRow(str(index), cells))
    return rows


def share_text(row: "Counted", found: "Found") -> str:
    """``1 of 1``, ``0:34``, ``1``: what a contact adds to the figure."""
    if found.in_seconds:
        return duration(row.numerator)
    if row.denominator is None:
        return plain(row.numerator)
    return f"{plain(row.numerator)} of {plain(row.denominator)}"


def plain(value: float | None) -> str:
    """A count, or a figure with decimals where it has any."""
    if value is None:
        return UNDEFINED
    return count(int(value)) if float(value).is_integer() else number(value, digits=1)


def summary(found: "Found") -> Line:
    """How many there are, what they come to, and what was left out."""
    total = sum(found.places.values())
    # Of an agent's missed offers nobody knows the contact
    noun = "contact" if not found.rows or any(row.contact for row in found.rows) else "offer"
    many = f"1 {noun}" if total == 1 else f"{count(total)} {noun}s, newest first"
    said = [(many if total else "no contact", Tone.STRONG), (f"  {whole_text(found)}", Tone.NORMAL)]
    out = found.places["excluded"]
    if out:
        kinds = ", ".join(f"{many} {what}" for what, many in found.exclusions.most_common())
        said.append((f"  left out {count(out)}: {kinds}", Tone.DIM))
    return line(*said)


def whole_text(found: "Found") -> str:
    """Numerator and denominator of all of them."""
    above, below = found.share
    if not found.in_seconds:
        return plain(above) if below is None else f"{plain(above)} / {plain(below)}"
    if below is None or found.below_in_seconds:
        parts = [above] if below is None else [above, below]
        return " / ".join(duration(part, wide=True) for part in parts)
    return f"{duration(above, wide=True)} / {plain(below)}"


def counted_facts(row: "Counted", desk: "Desk", site: str) -> list[Line]:
    """What is known of an offer, a login or a pause."""
    facts = [("at", moment(row.at_ms, desk.zone(site)))]
    facts += [(name, text) for name, text in (("queue", row.queue), ("agent", row.agent)) if text]
    if row.wait_seconds is not None:
        facts.append(("rang", duration(row.wait_seconds)))
    facts.append(("became", row.what))
    facts.append(("counts", LEFT_OUT + " of the figure" if row.place == "excluded" else row.why or "yes"))
    return [(), *(line(" ", (f"{label:<{LABEL_WIDTH}}", Tone.HEAD), text) for label, text in facts)]
