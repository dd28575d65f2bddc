"""What is said in the simulated chats: why somebody came, and the turns in which it was settled or was not."""

import random
from typing import NamedTuple

from ccm_tui.domain.turns import Sentiment, Speaker

_BAD, _GOOD, _PLAIN = Sentiment.NEGATIVE, Sentiment.POSITIVE, Sentiment.NEUTRAL
_CUSTOMER, _AGENT = Speaker.CUSTOMER, Speaker.AGENT


class Said(NamedTuple):
    """One turn."""

    speaker: Speaker
    text: str
    sentiment: Sentiment = _PLAIN


class Talk(NamedTuple):
    """One conversation."""

    reason: str
    page: str
    """Where in the shop it began."""
    turns: tuple[Said, ...]


_GREETING = Said(_AGENT, "Hello, this is {agent}. How can I help?")
_OPENINGS: dict[str, tuple[str, tuple[Said, ...]]] = {
    "delivery": (
        "/orders",
        (
            Said(_CUSTOMER, "My parcel {number} was promised for Friday and has not come.", _BAD),
            Said(_CUSTOMER, "Where is order {number}? The tracking page has not moved for days.", _BAD),
            Said(_CUSTOMER, "Can I still change the address for order {number}?"),
        ),
    ),
    "refund": (
        "/returns",
        (
            Said(_CUSTOMER, "I sent the shoes back two weeks ago and still have no refund.", _BAD),
            Said(_CUSTOMER, "How long does a refund to my card take?"),
            Said(_CUSTOMER, "You refunded the wrong amount for order {number}.", _BAD),
        ),
    ),
    "password": (
        "/login",
        (
            Said(_CUSTOMER, "I cannot log in, the password mail never arrives.", _BAD),
            Said(_CUSTOMER, "Hi, how do I change the e-mail address of my account?"),
        ),
    ),
    "product": (
        "/shop",
        (
            Said(_CUSTOMER, "Does the blue jacket run small? I am between two sizes."),
            Said(_CUSTOMER, "When will the kettle be back in stock?"),
        ),
    ),
    "cancellation": (
        "/orders",
        (
            Said(_CUSTOMER, "Please cancel order {number}, I found it cheaper elsewhere."),
            Said(_CUSTOMER, "I want to cancel. This is the third time I have to ask.", _BAD),
        ),
    ),
}
_MIDDLES = (
    (Said(_AGENT, "Let me look that up, one moment please."), Said(_CUSTOMER, "Sure.")),
    (Said(_AGENT, "May I have your order number?"), Said(_CUSTOMER, "It is {number}.")),
    (Said(_AGENT, "I have checked it with the warehouse."), Said(_CUSTOMER, "And?")),
    (Said(_AGENT, "I am sorry about that."), Said(_CUSTOMER, "I was told the same thing last week.", _BAD)),
)
_ENDINGS = (
    (Said(_AGENT, "That is done now, you will get a mail about it."), Said(_CUSTOMER, "Great, thank you!", _GOOD)),
    (Said(_AGENT, "It will be with you tomorrow."), Said(_CUSTOMER, "Perfect, thanks for the quick help.", _GOOD)),
    (Said(_AGENT, "I have passed it on, a colleague will write to you."), Said(_CUSTOMER, "Fine.")),
    (Said(_AGENT, "I am afraid I cannot do more for now."), Said(_CUSTOMER, "That is really disappointing.", _BAD)),
)


def talk_of(seed: str, agent: str) -> Talk:
    """A conversation, the same for the same seed."""
    pick = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    reason = pick.choices(list(_OPENINGS), (34, 24, 16, 14, 12))[0]
    page, openings = _OPENINGS[reason]
    middle = [said for pair in pick.sample(_MIDDLES, pick.randint(0, 2)) for said in pair]
    turns = (_GREETING, pick.choice(openings), *middle, *pick.choice(_ENDINGS))
    number = str(pick.randrange(10_000, 100_000))
    shown = tuple(said._replace(text=said.text.format(agent=agent, number=number)) for said in turns)
    return Talk(reason, page, shown)
