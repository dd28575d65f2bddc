"""The queues of the simulated floor: what is asked of them and how they are set up in Asterisk."""

from dataclasses import dataclass

from ccm_tui.demo.people import BILLING, CHAT, MAIL, NIGHT, SALES, SUPPORT, VIP
from ccm_tui.domain.events import Channel


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue. Times in seconds; voice settings mean nothing to the other channels."""

    name: str
    channel: Channel
    season: str
    volume: float
    """Contacts of an ordinary Wednesday, redials and second contacts not counted."""
    talk: float
    """Mean conversation of an agent with pace 1; for mail the time to write a reply."""
    acw: float
    """Mean after-contact work."""
    target: float
    """Share of contacts to be answered within ``threshold``."""
    threshold: int
    patience: float = 170.0
    """Mean of the exponential time until a waiting customer gives up."""
    ring_timeout: int = 15
    retry: int = 2
    wrapup: int = 8
    """Asterisk's wrapuptime: no new call for so long; leaves no line."""
    weight: int = 0
    autopause: bool = False
    maximum: int = 0
    """Callers who may wait; 0 is no limit."""
    timeout: int = 600
    overflow: str | None = None
    """The queue that a caller enters after the timeout."""
    callback_key: str | None = None
    """The key that leaves the queue and asks to be called back."""
    sends_to: tuple[str, ...] = ()
    """Queues that agents pass callers on to."""
    did: str = ""


QUEUES: tuple[QueuePlan, ...] = (
    QueuePlan(
        BILLING,
        Channel.VOICE,
        "office",
        volume=385,
        talk=305,
        acw=35,
        target=0.80,
        threshold=20,
        patience=190,
        callback_key="1",
        sends_to=(SUPPORT, SALES),
        did="8005550110",
    ),
    QueuePlan(
        SUPPORT,
        Channel.VOICE,
        "office",
        volume=625,
        talk=350,
        acw=45,
        target=0.80,
        threshold=30,
        patience=240,
        callback_key="1",
        sends_to=(BILLING,),
        did="8005550111",
    ),
    QueuePlan(
        SALES,
        Channel.VOICE,
        "office",
        volume=205,
        talk=300,
        acw=30,
        target=0.80,
        threshold=20,
        patience=140,
        autopause=True,
        timeout=240,
        sends_to=(BILLING,),
        did="8005550112",
    ),
    QueuePlan(
        VIP,
        Channel.VOICE,
        "office",
        volume=85,
        talk=260,
        acw=40,
        target=0.90,
        threshold=15,
        patience=260,
        weight=10,
        ring_timeout=12,
        timeout=120,
        overflow=SUPPORT,
        sends_to=(BILLING,),
        did="8005550120",
    ),
    QueuePlan(
        NIGHT,
        Channel.VOICE,
        "night",
        volume=82,
        talk=270,
        acw=25,
        target=0.75,
        threshold=30,
        patience=190,
        maximum=5,
        timeout=300,
        did="8005550130",
    ),
    QueuePlan(
        CHAT, Channel.CHAT, "chat", volume=340, talk=560, acw=30, target=0.80, threshold=45, patience=200, retry=1
    ),
    QueuePlan(MAIL, Channel.EMAIL, "mail", volume=290, talk=280, acw=0, target=0.90, threshold=8 * 3600),
)


def get_queue(name: str) -> QueuePlan:
    """The plan of a queue; KeyError when there is none of this name."""
    return _BY_NAME[name]


_BY_NAME = {plan.name: plan for plan in QUEUES}
