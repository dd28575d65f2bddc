import pytest
from textual.geometry import Region

from ccm_tui.widgets.lines import plain, width_of
from ccm_tui.widgets.status_line import Freshness, Status, StatusLine, status_line
from tests.widgets.harness import Stand

STATUS = Status("Queues", Freshness.LIVE, "0.2 s", "Mon 14:32:07", "Berlin", "ana · lead", 2)


def test_everything_fits_in_80_cells() -> None:
    text = plain(status_line(STATUS, 80))
    assert len(text) == 80
    assert text.startswith(" Queues ")
    for part in ("● live 0.2 s", "Mon 14:32:07 Berlin", "ana · lead"):
        assert part in text
    assert text.endswith("▲ 2 ")


@pytest.mark.parametrize("width", [1, 10, 30, 60, 80, 200])
@pytest.mark.parametrize("freshness", list(Freshness))
def test_any_width_is_filled_exactly(width: int, freshness: Freshness) -> None:
    assert width_of(status_line(STATUS._replace(freshness=freshness), width)) == width


@pytest.mark.parametrize("freshness", list(Freshness))
def test_the_clock_keeps_its_place_in_every_state(freshness: Freshness) -> None:
    text = plain(status_line(STATUS._replace(freshness=freshness, age="12 m"), 80))
    assert freshness.value in text
    assert text.index("Mon") == plain(status_line(STATUS, 80)).index("Mon")


def test_the_person_goes_before_the_zone_and_the_zone_before_the_clock() -> None:
    assert "ana" not in plain(status_line(STATUS, 60))
    assert "14:32:07" in plain(status_line(STATUS, 50))


def test_partial_is_said_with_a_sign() -> None:
    assert "! partial 0.2 s" in plain(status_line(STATUS._replace(freshness=Freshness.PARTIAL), 80))


async def test_a_second_costs_its_own_cells() -> None:
    painted: list[Region] = []

    class Watched(StatusLine):
        def refresh(self, *regions: Region, **kwargs: bool) -> "Watched":
            painted.extend(regions or [self.size.region])
            super().refresh(*regions, **kwargs)
            return self

    status = Watched(STATUS)
    async with Stand(status).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        painted.clear()
        status.show(STATUS._replace(clock="Mon 14:32:08"))
        assert painted == [Region(51, 0, 1, 1)]
