from ccm_tui.widgets.kpi_tile import Kpi, KpiStrip, kpi_line, tiles_lines
from ccm_tui.widgets.lines import Band, plain, width_of
from tests.widgets.harness import Stand, texts

KPIS = (
    Kpi("SL day", "83.5", "80"),
    Kpi("waiting", "7", note="mail 31"),
    Kpi("oldest", "1:12"),
    Kpi("lost", "32", note="9 unreached"),
)


def test_one_line_says_it_in_80_cells() -> None:
    expected = "   SL day 83.5 goal 80   waiting 7, mail 31   oldest 1:12   lost 32, 9 unreached"
    assert plain(kpi_line(KPIS, 80)) == expected


def test_a_breach_moves_nothing() -> None:
    calm, loud = kpi_line(KPIS, 80), kpi_line([kpi._replace(band=Band.BREACH) for kpi in KPIS], 80)
    assert plain(loud).replace("▲", " ") == plain(calm)


def test_the_last_figures_go_first() -> None:
    assert plain(kpi_line(KPIS, 50)) == "   SL day 83.5 goal 80   waiting 7, mail 31"
    assert width_of(kpi_line(KPIS, 9)) <= 9


def test_tiles_stand_side_by_side() -> None:
    lines = [plain(each) for each in tiles_lines(KPIS, 120)]
    assert len(lines) == 3
    assert [line.find(word) for line, word in zip(lines, ("waiting", "7", "mail"), strict=True)] == [29, 29, 29]


async def test_strip_turns_into_tiles_where_there_is_room() -> None:
    strip = KpiStrip(KPIS)
    async with Stand(strip).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert len(texts(strip)) == 1
        await pilot.resize_terminal(140, 40)
        await pilot.pause()
        assert len(texts(strip)) == 3
