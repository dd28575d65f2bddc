"""Rules read from text: what is understood, what is refused and with which advice."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.rule_settings import PRESETS, allowed_values, with_preset, with_settings
from ccm_tui.domain.variants import (
    FlowOut,
    IntervalAnchor,
    KpiRules,
    OccupancyDef,
    SlCompare,
    SlVariant,
    differences,
)
from ccm_tui.errors import ConfigError, UsageError

RULES = KpiRules()


def test_each_kind_of_value_is_read() -> None:
    rules = with_settings(
        RULES,
        {
            "sl_variant": "ex-short",
            "sl-threshold-s": "1m",
            "sl_target": "90%",
            "sl_compare": "LT",
            "short_abandon_seconds": "6",
            "abandon_exclude_short": "yes",
            "abandon_includes": "timeout, empty",
            "productive_pause_reasons": "Training,Outbound",
            "min_n": "0",
        },
    )
    assert rules.sl_variant is SlVariant.EX_SHORT
    assert rules.sl_threshold_seconds == 60
    assert rules.sl_target == 0.9
    assert rules.sl_compare is SlCompare.LT
    assert rules.short_abandon_seconds == 6
    assert rules.abandon_exclude_short
    assert rules.abandon_includes == {FlowOut.TIMEOUT, FlowOut.EMPTY}
    assert rules.productive_pause_reasons == {"training", "outbound"}
    assert rules.min_n == 0
    assert with_settings(rules, {"abandon_includes": "none"}).abandon_includes == frozenset()


@pytest.mark.parametrize(
    ("key", "value", "message", "hint"),
    [
        ("sl_varient", "offered", "no option 'sl_varient'", "did you mean sl_variant?"),
        ("threshold", "20", "no option 'threshold'", "did you mean sl_threshold_seconds?"),
        ("sl_variant", "offerd", "sl_variant cannot be 'offerd'", "did you mean offered?"),
        ("sl_compare", "eq", "sl_compare cannot be 'eq'", "one of lte, lt"),
        ("sl_threshold_seconds", "soon", "sl_threshold_seconds cannot be 'soon'", "a number of seconds"),
        ("sl_threshold_seconds", "-1", "sl_threshold_seconds cannot be '-1'", "a number of seconds"),
        ("sl_threshold_seconds", "nan", "sl_threshold_seconds cannot be 'nan'", "a number of seconds"),
        ("sl_target", "80", "sl_target cannot be '80'", "a share from 0 to 1"),
        ("abandon_exclude_short", "maybe", "abandon_exclude_short cannot be 'maybe'", "true or false"),
        ("abandon_includes", "timeout,empti", "abandon_includes cannot be 'empti'", "did you mean empty?"),
        ("min_n", "2.5", "min_n cannot be '2.5'", "a whole number"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(key: str, value: str, message: str, hint: str) -> None:
    for error in (UsageError, ConfigError):
        with pytest.raises(error) as caught:
            with_settings(RULES, {key: value}, error)
        assert message in str(caught.value)
        assert hint in caught.value.hint


def test_presets_are_what_the_products_do() -> None:
    assert set(PRESETS) == {"default", "asterisk", "amazon_connect", "genesys", "cisco", "wazo", "guide"}
    assert PRESETS["asterisk"].sl_variant is SlVariant.ANSWERED
    assert PRESETS["asterisk"].abandon_includes == {FlowOut.TIMEOUT, FlowOut.EMPTY, FlowOut.WITHDRAWN}
    assert PRESETS["amazon_connect"].sl_variant is SlVariant.REMOVED_FROM_QUEUE
    assert PRESETS["genesys"].occupancy_def is OccupancyDef.ONQUEUE
    assert PRESETS["cisco"].interval_anchor is IntervalAnchor.EVENT
    assert PRESETS["wazo"].offered_includes_refused


def test_a_preset_keeps_the_sites_facts_and_replaces_its_definitions() -> None:
    site = with_settings(RULES, {"sl_threshold_s": "30", "sl_variant": "ex_short", "abandon_exclude_short": "on"})
    rules = with_preset(site, "amazon-connect")
    assert rules.sl_threshold_seconds == 30
    assert rules.sl_variant is SlVariant.REMOVED_FROM_QUEUE
    assert not rules.abandon_exclude_short


def test_an_unknown_preset_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        with_preset(RULES, "asterix")
    assert "did you mean asterisk?" in caught.value.hint


def test_every_option_can_be_set_and_says_how() -> None:
    for field in fields(KpiRules):
        assert allowed_values(field.name)


@given(st.sampled_from(sorted(PRESETS)), st.sampled_from(["5", "20.5", "90"]))
def test_differences_read_back_to_the_same_rules(name: str, seconds: str) -> None:
    rules = with_settings(PRESETS[name], {"sl_threshold_seconds": seconds, "acw_pause_reasons": "acw,wrap up"})
    assert with_settings(RULES, differences(rules)) == rules
