"""Span algebra against sets of milliseconds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.spans import Span, clip, covers, intersect, subtract, total_ms, union

piles = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def points(spans: list[Span]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def assert_flat(spans: list[Span]) -> None:
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_touching_spans_become_one() -> None:
    assert union([(5, 9), (0, 5), (20, 20), (12, 11)]) == [(0, 9)]


def test_a_contained_span_does_not_shorten() -> None:
    assert union([(0, 100), (10, 20)]) == [(0, 100)]


@given(piles)
def test_union_covers_the_same_points(pile: list[Span]) -> None:
    flat = union(pile)
    assert_flat(flat)
    assert all(left[1] < right[0] for left, right in pairwise(flat))
    assert points(flat) == points(pile)
    assert total_ms(flat) == len(points(pile))
    assert union(flat) == flat


@given(piles, piles)
def test_intersect_and_subtract_are_set_operations(left: list[Span], right: list[Span]) -> None:
    a, b = union(left), union(right)
    both, rest = intersect(a, b), subtract(a, b)
    assert_flat(both)
    assert_flat(rest)
    assert points(both) == points(a) & points(b)
    assert points(rest) == points(a) - points(b)
    assert total_ms(both) + total_ms(rest) == total_ms(a)


@given(piles, st.integers(0, 60), st.integers(0, 60))
def test_clip_keeps_what_is_inside(pile: list[Span], from_ms: int, to_ms: int) -> None:
    flat = union(pile)
    assert points(clip(flat, from_ms, to_ms)) == points(flat) & set(range(from_ms, to_ms))


def test_a_span_covers_its_start_and_not_its_end() -> None:
    assert covers([(10, 20)], 10)
    assert not covers([(10, 20)], 20)
