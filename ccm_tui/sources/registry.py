"""The log formats there are, found by name or recognised by content. Never looks at a file's name."""

from collections.abc import Sequence
from difflib import get_close_matches

from ccm_tui.errors import SourceError, UsageError
from ccm_tui.sources.abcd import Abcd
from ccm_tui.sources.amazon_connect_agent_events import AmazonConnectAgentEvents
from ccm_tui.sources.amazon_connect_contact import AmazonConnectContact
from ccm_tui.sources.amazon_connect_contact_events import AmazonConnectContactEvents
from ccm_tui.sources.asterisk_cdr import AsteriskCdr
from ccm_tui.sources.asterisk_cel import AsteriskCel
from ccm_tui.sources.asterisk_queue_log import AsteriskQueueLog
from ccm_tui.sources.base import CsvMapping, LogFormat, Sample, excerpt
from ccm_tui.sources.ccm_jsonl import CcmJsonl
from ccm_tui.sources.chatwoot import Chatwoot
from ccm_tui.sources.contact_lens import ContactLens
from ccm_tui.sources.freeswitch_callcenter import FreeswitchCallcenter, FreeswitchCallcenterJson
from ccm_tui.sources.freeswitch_cdr import FreeswitchCdr, FreeswitchCdrJson
from ccm_tui.sources.genesys_cloud import GenesysCloud
from ccm_tui.sources.genesys_cloud_users import GenesysCloudUsers
from ccm_tui.sources.mapped_csv import MappedCsv
from ccm_tui.sources.pbxware_csv import PbxwareCsv
from ccm_tui.sources.surveys import SurveyCsv, SurveyJsonl
from ccm_tui.sources.transcribe_call_analytics import TranscribeCallAnalytics
from ccm_tui.sources.transcripts import Transcript
from ccm_tui.sources.twilio_taskrouter import TwilioTaskRouter

FORMATS: tuple[LogFormat, ...] = (
    AsteriskQueueLog(),
    AsteriskCdr(),
    AsteriskCel(),
    PbxwareCsv(),
    CcmJsonl(),
    AmazonConnectContact(),
    AmazonConnectContactEvents(),
    AmazonConnectAgentEvents(),
    ContactLens(),
    TranscribeCallAnalytics(),
    Transcript(),
    Abcd(),
    GenesysCloud(),
    GenesysCloudUsers(),
    FreeswitchCallcenter(),
    FreeswitchCallcenterJson(),
    FreeswitchCdr(),
    FreeswitchCdrJson(),
    TwilioTaskRouter(),
    Chatwoot(),
    SurveyCsv(),
    SurveyJsonl(),
)
"""The formats that need no configuration. A new one is added here."""
_MODEST = (SurveyCsv, SurveyJsonl)
"""Recognised by names that others use as well: their claim counts where nobody else has one."""
SHORT_NAMES = {
    "asterisk": "asterisk-queue-log",
    "cdr": "asterisk-cdr",
    "cel": "asterisk-cel",
    "pbxware": "pbxware-csv",
    "ccm": "ccm-jsonl",
    "jsonl": "ccm-jsonl",
    "amazon-connect": "amazon-connect-contact",
    "freeswitch": "freeswitch-callcenter",
    "genesys": "genesys-cloud",
    "twilio": "twilio-taskrouter",
}
"""What may be written instead of a format's name."""


def list_formats(mappings: Sequence[CsvMapping] = ()) -> tuple[LogFormat, ...]:
    """All formats, each CSV mapping of the configuration one of them. Raises ConfigError on a wrong mapping."""
    return (*FORMATS, *(MappedCsv(mapping) for mapping in mappings))


def get_format(name: str, mappings: Sequence[CsvMapping] = ()) -> LogFormat:
    """The format of this name or short name. ``csv`` is the only mapping there is, ``csv:NAME`` one of several.

    Raises UsageError with the nearest name, ConfigError on a wrong mapping.
    """
    wanted = SHORT_NAMES.get(name.strip().lower(), name.strip())
    formats = {log_format.name.lower(): log_format for log_format in list_formats(mappings)}
    found = formats.get(wanted.lower()) or formats.get(f"csv:{wanted.lower()}")
    if found is not None:
        return found
    if wanted.lower() == "csv":
        mapped = [log_format for log_format in formats.values() if isinstance(log_format, MappedCsv)]
        if len(mapped) == 1:
            return mapped[0]
        if mapped:
            msg = "several CSV mappings are configured; --source must name one"
            raise UsageError(msg, f"Use one of: {', '.join(log_format.name for log_format in mapped)}.")
        msg = "no CSV mapping is configured, so no column has a meaning"
        raise UsageError(
            msg, "Describe the file's columns under [csv.NAME] in ccm.toml; `ccm-tui config init` shows how."
        )
    names = [*formats, *SHORT_NAMES]
    near = get_close_matches(wanted.lower(), names, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    msg = f"there is no log format {name!r}"
    raise UsageError(msg, f"{hint}Formats: {', '.join(formats)}.")


def identify(sample: Sample, formats: Sequence[LogFormat], display_name: str) -> LogFormat | None:
    """The one format that the sample is of.

    None while the sample tells nothing yet: no line holds anything, or the only line is unfinished and nobody claims
    it. Raises SourceError, naming the file, when no format claims the sample or several do.
    """
    written = [line for line in sample.lines if line.strip("\0 \t\r\ufeff")]
    if not written:
        return None
    claims = [log_format for log_format in formats if log_format.identify(sample)]
    claims = [log_format for log_format in claims if not isinstance(log_format, _MODEST)] or claims
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = " and ".join(log_format.name for log_format in claims)
        msg = f"{display_name} could be {names}"
        raise SourceError(msg, "Say which with --source.")
    if sample.unfinished and len(written) == 1:
        return None
    tried = ", ".join(log_format.name for log_format in formats)
    msg = f"{display_name} is in no known format (tried {tried}); it begins with {excerpt(written[0], 60)}"
    raise SourceError(msg, "Name the format with --source, or describe a CSV's columns under [csv.NAME] in ccm.toml.")
