"""Who works on the simulated floor, and who calls it. Invented people, fictitious numbers, example domains.

Everything is a function of an index, so no seed is needed: the same people come to every simulated floor.
"""

from functools import cache
from typing import NamedTuple

BILLING, SUPPORT, SALES, VIP, NIGHT, CHAT, MAIL = "billing", "support", "sales", "vip", "night", "chat-eu", "mail"


class Agent(NamedTuple):
    """A person on the floor. ``name`` is what every log calls them, voice, chat and mail alike."""

    name: str
    team: str
    group: str
    """The queue whose demand puts this agent on the roster."""
    queues: tuple[str, ...]
    """One to three queues, the own one first."""
    extension: str
    pace: float
    """Multiplies handle times; 1.0 is the usual."""

    @property
    def voice_queues(self) -> tuple[str, ...]:
        """The queues whose members Asterisk keeps."""
        return tuple(queue for queue in self.queues if queue not in (CHAT, MAIL))

    @property
    def blended(self) -> bool:
        """Takes chats for one part of the shift and calls for the other."""
        return CHAT in self.queues and bool(self.voice_queues)


class Customer(NamedTuple):
    """Someone who calls, chats or writes."""

    number: str
    """As caller id: 555-01xx, the range kept free for fiction; with and without +1, but one form per customer."""
    email: str


# fmt: off
_PEOPLE: dict[tuple[str, str], str] = {
    ("north", SUPPORT): "Ana Ruiz, Ben Okafor, Chloé Martin, Dmitri Volkov, Elif Yılmaz, Femke de Vries, Grace Lin, "
                        "Henrik Ångström, Ivy Castellano, Jonas Weiß",
    ("west", SUPPORT): "Kai Nakamura, Lena Groß, Mo Farah-Smith, Nadia Benali, O'Brien Pat, Priya Raman, "
                       "Quentin Dubois, Rosa Jiménez, Søren Holm, Tomáš Dvořák",
    ("south", BILLING): "Uma Krishnan, Viktor Šimić, Wanjiru Kamau, Xavier Puig, Yara Haddad, Zoltán Kovács, "
                        "Aoife Byrne, Bruno Conti, Carys Llewellyn, Diego Peña, Emil Lindqvist, Fatou Diallo",
    ("east", SALES): "Gus Papadakis, Hana Kim, Ishaan Mehta, Jelena Petrović, Kofi Mensah, Łucja Nowak, "
                     "Marek Zając, Noor Rahimi, Oksana Бойко",
    ("night", NIGHT): "Paulo Araújo, Rania Saleh, Sven Öberg, Tuan Nguyễn, 佐藤 結衣, Winston Clarke, "
                      "Amara Nwosu, Dieter Krause",
    ("digital", CHAT): "Agnieszka Wójcik, Bilal Khan, Clémence Roux, Dovilė Petraitė, Eero Mäkinen, Freya Jónsdóttir, "
                       "Gabriel Silva, Hugo Stein, Inês Faria",
    ("letters", MAIL): "Jamal Wright, Katarzyna Lis, Leo Tan, Mina Hosseini, Νίκος Παππάς, Olive Tremblay, Pía Soto",
}
# fmt: on
_ALSO: dict[str, tuple[tuple[str, ...], ...]] = {
    # what the first, second, third ... of a group can do besides, over and over again
    SUPPORT: ((VIP,), (), (BILLING,), (), (VIP, BILLING)),
    BILLING: ((VIP,), (SUPPORT,), (), (VIP,)),
    SALES: ((), (BILLING,), (), (SUPPORT,)),
    NIGHT: ((),),
    CHAT: ((), (), (SALES,), ()),
    MAIL: ((),),
}
_PACES = (1.0, 0.93, 1.06, 0.88, 1.12, 0.97, 1.03, 1.0, 0.91, 1.38, 1.05, 0.95, 0.84, 1.1)


@cache
def list_agents() -> tuple[Agent, ...]:
    """Everyone on the payroll, in a fixed order."""
    agents: list[Agent] = []
    in_group: dict[str, int] = {}
    for (team, group), names in _PEOPLE.items():
        for name in names.split(", "):
            number = in_group[group] = in_group.get(group, -1) + 1
            also = _ALSO[group][number % len(_ALSO[group])]
            index = len(agents)
            pace = _PACES[index % len(_PACES)]
            agents.append(Agent(name, team, group, (group, *also), str(2001 + index), pace))
    return tuple(agents)


# fmt: off
_AREA_CODES = (
    202, 205, 206, 207, 208, 210, 212, 213, 214, 215, 216, 217, 224, 228, 229, 231, 234, 239, 240, 248,
    251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 281, 301, 302, 303, 304, 305, 307, 308, 309, 310,
    312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336, 337, 339, 347, 351,
)
_FIRST = (
    "maria", "james", "aisha", "luca", "emma", "wei", "olga", "samuel", "ines", "peter", "leila", "otto",
    "sofia", "kwame", "greta", "ravi", "julia", "tom", "nina", "abdul", "clara", "hiro", "eva", "felix", "rosa",
)
_LAST = (
    "lopez", "miller", "khan", "rossi", "schmidt", "zhang", "ivanova", "osei", "costa", "novak", "amiri", "berg",
    "garcia", "mensah", "fischer", "patel", "moreau", "baker", "larsen", "hassan", "weber", "tanaka", "horvat",
)
# fmt: on
CUSTOMERS = len(_AREA_CODES) * 100


def customer(index: int) -> Customer:
    """The customer with this index, 0 <= index < CUSTOMERS."""
    code = _AREA_CODES[index % len(_AREA_CODES)]
    number = f"{code}55501{index // len(_AREA_CODES):02d}"
    first, last = _FIRST[index % len(_FIRST)], _LAST[index % len(_LAST)]
    domain = ("example.com", "example.org", "example.net")[index % 3]
    return Customer(f"+1{number}" if index % 5 == 0 else number, f"{first}.{last}{index // 575}@{domain}")
