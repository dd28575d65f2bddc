"""Amazon Connect contact records by the hundred thousand, with every member that the documentation names."""

import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

BEGIN = 1_790_000_000
CALLS_A_SECOND = 0.5
QUEUES, AGENTS = 20, 300
INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/1d908e11-3d5f-4cfb-b34d-1e7e0f216898"


def write_contact_records(path: Path, records: int) -> None:
    """Write so many records, one a line, always the same ones."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as log:
        for record in iter_contact_records(records):
            log.write(encode(record) + b"\n")


def iter_contact_records(records: int) -> Iterator[dict[str, Any]]:
    """The records, in the order in which the contacts began."""
    chance = random.Random(1)
    for number in range(records):
        yield _record(chance, BEGIN + int(number / CALLS_A_SECOND))


def _record(chance: random.Random, at: int) -> dict[str, Any]:
    contact = str(uuid.UUID(int=chance.getrandbits(128)))
    menu, wait, talk = chance.randrange(5, 40), chance.randrange(1, 180), chance.randrange(20, 900)
    hold, wrap_up = chance.choice((0, 0, 0, chance.randrange(5, 90))), chance.randrange(0, 90)
    in_flow, answered = chance.random() < 0.15, chance.random() < 0.9
    queue = None if in_flow else _queue(chance, at + menu, wait)
    agent = _agent(chance, at + menu + wait, talk, hold, wrap_up) if queue and answered else None
    ended = at + menu + (0 if in_flow else wait) + (talk + hold if agent else 0)
    location = f"bucket/connect/centre/CallRecordings/2026/09/{contact}_20260921T15:00_UTC.wav" if agent else None
    return {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": agent,
        "AgentConnectionAttempts": int(agent is not None),
        "AnsweringMachineDetectionStatus": None,
        "Attributes": _attributes(chance),
        "Campaign": {"CampaignId": None},
        "Channel": chance.choice(("VOICE", "VOICE", "VOICE", "CHAT")),
        "ConnectedToSystemTimestamp": _time(at),
        "ContactDetails": {},
        "ContactId": contact,
        "ContactLens": None,
        "CustomerEndpoint": {"Address": f"+1202555{chance.randrange(10_000):04}", "Type": "TELEPHONE_NUMBER"},
        "CustomerVoiceActivity": None,
        "DisconnectReason": chance.choice(("CUSTOMER_DISCONNECT", "AGENT_DISCONNECT")),
        "DisconnectTimestamp": _time(ended),
        "InitialContactId": None,
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": _time(at),
        "InstanceARN": INSTANCE,
        "LastUpdateTimestamp": _time(ended + wrap_up + 60),
        "MediaStreams": [{"Type": "AUDIO"}],
        "NextContactId": None,
        "PreviousContactId": None,
        "Queue": queue,
        "Recording": {"DeletionReason": None, "Location": location, "Status": "AVAILABLE", "Type": "AUDIO"},
        "Recordings": [
            {
                "DeletionReason": None,
                "FragmentStartNumber": None,
                "FragmentStopNumber": None,
                "Location": location,
                "MediaStreamType": "AUDIO",
                "ParticipantType": None,
                "StartTimestamp": None,
                "Status": "AVAILABLE",
                "StopTimestamp": None,
                "StorageType": "S3",
            }
        ],
        "References": [],
        "ScheduledTimestamp": None,
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Telephony"}},
        "SystemEndpoint": {"Address": "+12025550178", "Type": "TELEPHONE_NUMBER"},
        "Tags": {"aws:connect:instanceId": "1d908e11-3d5f-4cfb-b34d-1e7e0f216898"},
        "TransferCompletedTimestamp": None,
        "TransferredToEndpoint": None,
        "VoiceIdResult": None,
    }


def _queue(chance: random.Random, at: int, wait: int) -> dict[str, Any]:
    number = chance.randrange(QUEUES)
    return {
        "ARN": f"{INSTANCE}/queue/c677a7a5-1d56-4ce3-a890-{number:012}",
        "DequeueTimestamp": _time(at + wait),
        "Duration": wait,
        "EnqueueTimestamp": _time(at),
        "Name": f"queue-{number:02}",
    }


def _agent(chance: random.Random, at: int, talk: int, hold: int, wrap_up: int) -> dict[str, Any]:
    number = chance.randrange(AGENTS)
    return {
        "ARN": f"{INSTANCE}/agent/57db30ae-8c01-44e6-abd5-{number:012}",
        "AfterContactWorkDuration": wrap_up,
        "AfterContactWorkEndTimestamp": _time(at + talk + hold + wrap_up),
        "AfterContactWorkStartTimestamp": _time(at + talk + hold),
        "AgentInteractionDuration": talk,
        "ConnectedToAgentTimestamp": _time(at),
        "CustomerHoldDuration": hold,
        "HierarchyGroups": None,
        "LongestHoldDuration": hold,
        "NumberOfHolds": int(hold > 0),
        "RoutingProfile": {"ARN": f"{INSTANCE}/routing-profile/6e16b957-b7c7", "Name": "Basic Routing Profile"},
        "Username": f"agent-{number:03}",
    }


def _attributes(chance: random.Random) -> dict[str, str]:
    """The site's own: what the flow wrote, and now and then a rating and a wrap-up code."""
    attributes = {"greetingPlayed": "true", "language": chance.choice(("en", "de", "es"))}
    if chance.random() < 0.3:
        attributes["wrap_code"] = chance.choice(("billing", "delivery", "returns", "other"))
    if chance.random() < 0.1:
        attributes["csat"] = str(chance.randint(1, 5))
    return attributes


def _time(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
