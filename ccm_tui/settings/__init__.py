"""The configuration: defaults < ``ccm.toml`` < environment < flags; validated once, then passed as an argument.

Each key is declared once, as a field of a class in ``kpi``, ``csv`` or ``sections``, with its kind and its comment.
"""

from ccm_tui.settings.csv import CsvSettings
from ccm_tui.settings.kpi import KpiSettings, kpi_rules
from ccm_tui.settings.layers import Origin, OriginKind
from ccm_tui.settings.load import Loaded, load_settings, read_settings
from ccm_tui.settings.model import QueueRules, Settings
from ccm_tui.settings.problems import Problem
from ccm_tui.settings.sections import (
    DEFAULT_SITE,
    AgentSettings,
    AlertSettings,
    DatabaseSettings,
    FollowerSettings,
    LimitSettings,
    PauseSettings,
    PrivacySettings,
    QueueSettings,
    SentimentSettings,
    SiteSettings,
    SourceSettings,
    TeamSettings,
    UiSettings,
)

__all__ = [
    "DEFAULT_SITE",
    "AgentSettings",
    "AlertSettings",
    "CsvSettings",
    "DatabaseSettings",
    "FollowerSettings",
    "KpiSettings",
    "LimitSettings",
    "Loaded",
    "Origin",
    "OriginKind",
    "PauseSettings",
    "PrivacySettings",
    "Problem",
    "QueueRules",
    "QueueSettings",
    "SentimentSettings",
    "Settings",
    "SiteSettings",
    "SourceSettings",
    "TeamSettings",
    "UiSettings",
    "kpi_rules",
    "load_settings",
    "read_settings",
]
