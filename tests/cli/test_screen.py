from __future__ import annotations

from lowerbound.cli.screen import Screen


def test_a_pipe_gets_plain_aligned_text(capsys):
    Screen().table(("name", "n"), [("a", "1"), ("long [red]", "22")], right={1}, title="Things")
    assert capsys.readouterr().out == "Things\nname         n\na            1\nlong [red]  22\n"


def test_a_terminal_gets_a_table_with_markup_left_as_text(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = Screen()
    screen.table(("name", "n"), [("[red]", "1")], right={1}, title="Things")
    printed = capsys.readouterr().out
    assert "[red]" in printed
    assert "\x1b[" in printed


def test_quiet_prints_nothing(capsys):
    screen = Screen(quiet=True)
    screen.say("a")
    screen.note("b")
    screen.json({})
    screen.table(("", ""), [("a", "b")])
    with screen.counting("things", 3) as count:
        count.advance(1)
    assert capsys.readouterr() == ("", "")


def test_notes_go_to_standard_error(capsys):
    Screen().note("so far")
    assert capsys.readouterr() == ("", "so far\n")


def test_long_lines_are_not_broken_in_a_pipe(capsys):
    Screen().say("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1


def test_counting_draws_only_on_a_terminal(monkeypatch, capsys):
    with Screen().counting("things", 2) as count:
        count.advance(1)
        count.reach(2, 2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Screen().counting("things", 2) as count:
        count.advance(1)
        count.reach(2, 2)
        assert count.bar is not None
        assert count.bar.finished
    assert "things" in capsys.readouterr().err
