"""The command itself: its list, its exit codes, and what a mistake looks like."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import __version__
from monitor.cli.main import COMMANDS
from tests.cli.conftest import Run
from tests.cli.projects import spawn, write


def test_help_lists_every_command_with_a_line(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in said.out
        assert line.split()[0] in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, name: str) -> None:
    said = run(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: monitor {name}")
    assert "Example" in said.out
    assert f"monitor {name}" in said.out.split("Example")[1]


def test_version(run: Run) -> None:
    assert run("--version").out == f"monitor {__version__}\n"


def test_help_imports_no_command_and_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from monitor.cli.main import outcome; outcome(['--help']);"
        "print([name for name in ('rich', 'sqlalchemy', 'yaml', 'monitor.cli.hits', 'lark')"
        " if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["chek"], "there is no command 'chek'. Did you mean check? `monitor --help` lists them."),
        (["frobnicate"], "there is no command 'frobnicate'. `monitor --help` lists them."),
        (["--nonsense"], "No such option"),
        (["hits", "--nonsense"], "No such option"),
        (["schema"], "Missing argument"),
        (["hits", "--limit", "0"], "0 is not in the range"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_allowed(
    run: Run, args: list[str], told: str
) -> None:
    said = run(*args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_without_a_configuration_it_says_where_it_looked(run: Run) -> None:
    said = run("check")
    assert said.code == 2
    assert said.err.startswith(
        "monitor: there is no configuration (looked for monitor.yaml, /etc/monitor/monitor.yaml):"
    )
    assert "monitor init" in said.err


def test_the_configuration_is_named_by_the_environment_where_there_is_none_here(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_CONFIG", str(project / "monitor.yaml"))
    assert run("test").code == 0


@pytest.mark.parametrize(
    "args",
    [
        ["--config", "FILE", "channels", "--json"],
        ["channels", "--config", "FILE", "--json"],
        ["channels", "--config", "FILE", "test", "console", "--json"],
        ["channels", "test", "console", "--json", "--config", "FILE"],
        ["--config", "nowhere.yaml", "channels", "--json", "--config", "FILE"],
    ],
)
def test_config_stands_before_or_behind_the_command(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = str(project / "monitor.yaml")
    said = run(*(file if arg == "FILE" else arg for arg in args))
    assert said.code == 0
    assert said.rows[0]["channel"] == "console"


def test_an_invalid_configuration_is_told_with_every_place(run: Run, project: Path) -> None:
    write(project, {"monitor.yaml": "sources: []\nrulez: x\nworkers: many\n"})
    said = run("hits")
    assert said.code == 2
    assert said.err.splitlines()[0].startswith("monitor.yaml:2:1: error: ")
    assert "did you mean 'rules'?" in said.err
    assert "monitor.yaml:3:10: error: " in said.err
    assert said.err.endswith("monitor: 2 problems\n")


def test_invalid_rules_end_with_1(run: Run, project: Path) -> None:
    write(project, {"rules/watch.yaml": "rules:\n  - id: x\n    match: (a\n"})
    said = run("test")
    assert said.code == 1
    assert said.err.startswith("rules/watch.yaml:3:12: error: this parenthesis is not closed")
    assert said.err.endswith("monitor: 1 problem\n")


def test_a_database_that_is_not_there_ends_with_2_and_says_what_to_do(
    run: Run, project: Path
) -> None:
    said = run("hits")
    assert said.code == 2
    assert "monitor db upgrade" in said.err
    assert not (project / "monitor.db").exists()


def test_ctrl_c_ends_with_130(project: Path) -> None:
    process = spawn("match", "-", cwd=project, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write("curfew\n")
    process.stdin.flush()
    while not Path(f"/proc/{process.pid}/wchan").exists() or not _reads(process.pid):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "interrupted"


def _reads(pid: int) -> bool:
    """Whether the process has read all that was written to it and waits for more."""
    state = Path(f"/proc/{pid}/syscall").read_text().split()
    return state[:2] == ["0", "0x0"]


def test_a_reader_that_has_had_enough_is_no_error(project: Path) -> None:
    articles = "".join(f'{{"text": "curfew {number}"}}\n' for number in range(5000))
    write(project, {"many.jsonl": articles})
    with spawn("match", "--json", "many.jsonl", cwd=project) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith('{"article"')
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_a_full_disk_is_told_in_the_systems_words(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = spawn("schema", "config", cwd=project, stdout=full)
        _, err = process.communicate()
    assert process.returncode == 2
    assert err.startswith("monitor: [Errno 28] No space left on device")


def test_a_defect_is_told_without_a_traceback_unless_asked_for(project: Path) -> None:
    code = (
        "import sys; sys.modules['monitor.cli.stats'] = None;"
        "from monitor.cli.main import main; main(['stats'])"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = [sys.executable, "-c", code]
    done = subprocess.run(
        run, check=False, capture_output=True, text=True, cwd=project, env=environ
    )
    assert done.returncode == 1
    assert done.stderr.startswith("monitor: a defect of the program: ModuleNotFoundError")
    assert "Traceback" not in done.stderr
    asked = {**environ, "MONITOR_TRACEBACK": "1"}
    done = subprocess.run(run, check=False, capture_output=True, text=True, cwd=project, env=asked)
    assert "Traceback" in done.stderr


def test_an_encoding_without_a_character_does_not_stop_the_output(project: Path) -> None:
    write(project, {"articles/four.txt": "title: Комендантский час\n\nThe curfew began.\n"})
    environ = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    process = spawn("match", "articles/four.txt", cwd=project, environ=environ)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.startswith("\\u041a")


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_closed_output_does_not_stop_a_command(project: Path, closed: str) -> None:
    program = f'"{sys.executable}" -m monitor.cli.main schema config {closed}>&-'
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["sh", "-c", program], check=False, capture_output=True, text=True, cwd=project, env=environ
    )
    assert (done.returncode, done.stderr) == (0, "")
