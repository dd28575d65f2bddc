"""The rules themselves: defaults, headers, and the text that says what differs."""

import ast
import inspect
from dataclasses import fields, replace
from itertools import pairwise

from ccm_tui.domain import variants
from ccm_tui.domain.variants import FlowOut, KpiRules, SlCompare, SlVariant, differences, service_level_text


def test_the_defaults_are_the_answers_the_design_gives() -> None:
    rules = KpiRules()
    assert (rules.sl_variant, rules.sl_threshold_seconds, rules.sl_target) == (SlVariant.OFFERED, 20, 0.8)
    assert rules.short_abandon_seconds == 5
    assert rules.abandon_includes == frozenset()
    assert not rules.offered_includes_refused
    assert rules.lost_after_seconds == 24 * 3600
    assert rules.meets(20_000, rules.sl_threshold_ms)
    assert not replace(rules, sl_compare=SlCompare.LT).meets(20_000, rules.sl_threshold_ms)


def test_headers_name_the_definition() -> None:
    assert service_level_text(KpiRules()) == "SL offered ≤20 s"
    strict = KpiRules(sl_variant=SlVariant.EX_SHORT, sl_compare=SlCompare.LT, sl_threshold_seconds=7.5)
    assert service_level_text(strict) == "SL ex_short <7.5 s"


def test_only_what_differs_is_listed() -> None:
    rules = KpiRules(short_abandon_seconds=6, abandon_includes=frozenset({FlowOut.KEY, FlowOut.EMPTY}))
    assert differences(rules) == {"short_abandon_seconds": "6", "abandon_includes": "empty,key"}
    assert differences(KpiRules(), rules) == {"short_abandon_seconds": "5", "abandon_includes": "none"}


def test_every_option_says_what_it_is() -> None:
    tree = ast.parse(inspect.getsource(variants))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "KpiRules")
    said = {
        node.target.id
        for node, following in pairwise(body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(following, ast.Expr)
        and isinstance(following.value, ast.Constant)
    }
    assert said == {field.name for field in fields(KpiRules)}
