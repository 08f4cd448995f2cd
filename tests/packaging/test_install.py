"""`make install`, `make uninstall`, the wheel: all there, nothing overwritten, works elsewhere."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import monitor

ROOT = Path(__file__).parents[2]
PACKAGES = next(path for path in map(Path, site.getsitepackages()) if path.is_dir())
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("MONITOR_", "PYTHON", "PIP_", "MAKE"))
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sdist and wheel, the wheel made from the sdist as `make build` does it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return folder


def venv(place: Path) -> Path:
    """Make an empty environment that finds the dependencies, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    inside = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (inside / "dependencies.pth").write_text(f"{PACKAGES}\n")
    return place / "bin" / "python"


def run(*command: str | Path, cwd: Path, code: int = 0, **environ: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**CLEAN, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.xdist_group("packaging")
def test_the_wheel_carries_what_is_not_python(built):
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "monitor/store/migrations/env.py" in names
    assert any(name.startswith("monitor/store/migrations/versions/") for name in names)
    assert "monitor/query/query.lark" in names
    assert "monitor/cli/starter/monitor.yaml" in names
    assert any(name.startswith("monitor/notify/templates/") for name in names)
    assert not [name for name in names if not name.startswith(("monitor/", "monitor-"))]


@pytest.mark.xdist_group("packaging")
def test_the_sdist_carries_what_is_needed_to_build_test_and_install(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "Makefile",
        "monitor.service",
        "deploy/install.sh",
        "migrations/env.py",
        "requirements/run.lock",
        "share/man/man1/monitor.1",
        "tests/packaging/test_install.py",
        "rules/kazakhstan.yaml",
    }
    assert wanted <= names
    assert not [name for name in names if name.startswith((".venv", "var/", "dist/", ".git/"))]


@pytest.mark.xdist_group("packaging")
def test_the_wheel_works_in_an_empty_environment(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    python = venv(tmp_path / "venv")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*pip, "--no-index", "--no-deps", "--force-reinstall", wheel, cwd=tmp_path)
    command = python.with_name("monitor")
    where = run(python, "-c", "import monitor; print(monitor.__file__)", cwd=tmp_path)
    assert str(tmp_path / "venv") in where
    assert monitor.__version__ in run(command, "--version", cwd=tmp_path)
    run(command, "init", "news", cwd=tmp_path)
    news = tmp_path / "news"
    assert "sound" in run(command, "check", cwd=news)
    assert "1 new article" in run(command, "run", "--once", cwd=news)
    assert "nothing new" in run(command, "run", "--once", cwd=news)


def make(target: str, place: Path, *variables: str, code: int = 0) -> str:
    if shutil.which("make") is None:
        pytest.skip("this machine has no make")
    inside = "$DESTDIR$PREFIX/lib/python*/site-packages"
    dependencies = f"for place in {inside}; do echo {PACKAGES} > $place/dependencies.pth; done"
    return run(
        "make",
        "--no-print-directory",
        target,
        f"DESTDIR={place}",
        f"PYTHON={sys.executable}",
        *variables,
        cwd=ROOT,
        code=code,
        INSTALL_DEPENDENCIES=dependencies,
    )


@pytest.mark.xdist_group("packaging")
def test_install_puts_everything_in_place_and_uninstall_takes_it_away(tmp_path):
    before = os.umask(0o077)
    try:
        said = make("install", tmp_path, "PREFIX=/srv/monitor")
    finally:
        os.umask(before)
    assert "Next" not in said
    # A careful root's umask keeps nothing from the user that the service runs as.
    made = [path for path in tmp_path.rglob("*") if not path.is_symlink()]
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in made)
    program = tmp_path / "srv" / "monitor" / "bin" / "monitor"
    assert program.read_text().startswith("#!/srv/monitor/bin/python")
    unit = (tmp_path / "etc/systemd/system/monitor.service").read_text()
    assert "Environment=PATH=/srv/monitor/bin:" in unit
    assert (tmp_path / "usr/local/share/man/man1/monitor.1").is_file()
    assert "complete" in (tmp_path / "usr/share/bash-completion/completions/monitor").read_text()
    assert (tmp_path / "usr/local/bin/monitor").readlink() == Path("/srv/monitor/bin/monitor")
    config = tmp_path / "etc/monitor/monitor.yaml"
    assert "database: sqlite:////var/lib/monitor/monitor.db\n" in config.read_text()
    # What was installed is what runs, under the name that it will have.
    python = tmp_path / "srv/monitor/bin/python"
    assert "sound" in run(python, "-m", "monitor", "check", "--config", config, cwd=tmp_path)

    # A second installation, of a newer version say, keeps what a person wrote.
    config.write_text(config.read_text() + "# mine\n")
    assert "kept as it is" in make("install", tmp_path, "PREFIX=/srv/monitor")
    assert config.read_text().endswith("# mine\n")

    make("uninstall", tmp_path, "PREFIX=/srv/monitor")
    left = sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()
    )
    assert left == [
        "etc/monitor/articles/example.txt",
        "etc/monitor/monitor.yaml",
        "etc/monitor/rules/example.yaml",
    ]


@pytest.mark.xdist_group("packaging")
def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "something").write_text("x")
    assert "holds something else" in make("install", tmp_path, "PREFIX=/usr", code=2)
    assert "nothing is removed" in make("uninstall", tmp_path, "PREFIX=/usr", code=2)
    assert "absolute path" in make("install", tmp_path, "PREFIX=monitor", code=2)
    assert (tmp_path / "usr" / "something").read_text() == "x"
