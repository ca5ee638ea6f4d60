"""./inv with stand-ins for Python: what it makes, when it makes it again, and what it says when it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.paths import ROOT

# Stands in for python3 and, copied into the environment it makes, for .venv/bin/python. Notes every call.
PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    *version_info*) exit ${OLD:-0} ;;
    *ensurepip*) exit ${NO_VENV:-0} ;;
    *LOCK_NB*) exit ${BUSY:-0} ;;
    "-m venv --clear"*)
        [ -z "$NO_CLEAR" ] || exit 1
        rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    *"pip install"*) exit ${NO_NETWORK:-0} ;;
    "-P -m invoke"*) echo "invoke ran in $PWD" ;;
    -V) echo "Python 3.99" ;;
esac
"""


class Checkout:
    """A checkout with nothing but inv and a lock, and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.calls_file = folder / "a checkout", folder / "bin", folder / "calls"
        (self.root / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "inv", self.root / "inv")
        self.lock("one==1\n")
        self.bin.mkdir()
        for tool in ("sh", "dirname", "readlink", "cmp", "cat", "cp", "mv", "rm", "mkdir"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def lock(self, text: str) -> None:
        (self.root / "requirements" / "dev.txt").write_text(text)

    def python(self, name: str = "python3", text: str = PYTHON) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def inv(self, *words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": str(self.bin), "CALLS": str(self.calls_file), **environment}
        self.calls_file.write_text("")
        words = (str(self.root / "inv"), *words)
        return subprocess.run(words, cwd=cwd or self.root, env=env, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> str:
        return self.calls_file.read_text()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.python()
    return made


def test_the_first_use_makes_the_environment_from_the_hashed_lock_and_says_so(checkout: Checkout) -> None:
    done = checkout.inv("up")
    assert done.returncode == 0, done.stderr
    assert "making" in done.stderr
    assert "--require-hashes" in checkout.calls
    assert checkout.calls.splitlines()[-1] == f"-P -m invoke --search-root {checkout.root} up"


def test_the_second_use_does_nothing_but_hand_on_its_words(checkout: Checkout) -> None:
    checkout.inv("up")
    done = checkout.inv("logs", "-f", "two words")
    assert done.stderr == ""
    assert checkout.calls == f"-P -m invoke --search-root {checkout.root} logs -f two words\n"


def test_a_changed_lock_makes_the_environment_anew_so_that_nothing_of_the_old_one_stays(checkout: Checkout) -> None:
    checkout.inv("up")
    dropped = checkout.root / ".venv" / "lib" / "dropped.py"
    dropped.parent.mkdir()
    dropped.touch()
    checkout.lock("one==2\n")
    done = checkout.inv("up")
    assert "installing" in done.stderr
    assert "-m venv --clear" in checkout.calls
    assert not dropped.exists()
    assert checkout.inv("up").stderr == ""


def test_an_environment_that_was_interrupted_is_not_taken_for_a_good_one(checkout: Checkout) -> None:
    checkout.inv("up")
    checkout.lock("one==2\n")
    for stage in ("NO_CLEAR", "NO_NETWORK"):  # while the old one is removed, while the new one is filled
        failed = checkout.inv("up", **{stage: "1"})
        assert failed.returncode == 1
        assert "invoke" not in checkout.calls
    checkout.lock("one==1\n")  # back to the lock that the old one was made from
    assert checkout.inv("up").returncode == 0
    assert "pip install" in checkout.calls


def test_a_failed_installation_is_tried_again_next_time(checkout: Checkout) -> None:
    failed = checkout.inv("up", NO_NETWORK="1")
    assert failed.returncode == 1
    assert "Check the network and the free space" in failed.stderr
    assert "invoke" not in checkout.calls
    assert checkout.inv("up").returncode == 0
    assert "pip install" in checkout.calls


def test_an_environment_left_between_two_locks_is_not_taken_for_the_first(checkout: Checkout) -> None:
    checkout.inv("up")
    checkout.lock("one==2\n")
    checkout.inv("up", NO_NETWORK="1")
    checkout.lock("one==1\n")
    checkout.inv("up")
    assert "pip install" in checkout.calls


def test_an_environment_whose_python_has_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.inv("up")
    (checkout.root / ".venv/bin/python").unlink()
    assert checkout.inv("up").returncode == 0
    assert "-m venv --clear" in checkout.calls


def test_it_works_from_any_folder_and_through_a_link(checkout: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout.root / "inv")
    done = checkout.inv("status", cwd=tmp_path)
    assert done.stdout == f"invoke ran in {tmp_path}\n"
    env = {"PATH": str(checkout.bin), "CALLS": str(checkout.calls_file)}
    through = subprocess.run([link, "status"], cwd="/", env=env, capture_output=True, text=True, check=False)
    assert (through.returncode, through.stderr) == (0, "")
    assert f"--search-root {checkout.root} status" in checkout.calls


def test_without_words_it_lists_the_tasks(checkout: Checkout) -> None:
    checkout.inv()
    assert checkout.calls.endswith(f"--search-root {checkout.root} --list\n")


def test_the_first_python_that_really_runs_is_taken(checkout: Checkout) -> None:
    checkout.python("python3", "#!/bin/sh\nexit 127\n")  # such as a pyenv shim of a version that is not chosen
    checkout.python("python3.13")
    assert checkout.inv("up").returncode == 0
    assert "-m venv" in checkout.calls


def test_without_a_python_it_says_which_were_tried_and_what_to_install(tmp_path: Path) -> None:
    done = Checkout(tmp_path).inv("up")
    assert done.returncode == 1
    assert "no Python 3.11 or newer" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_an_old_python_is_no_python(checkout: Checkout) -> None:
    done = checkout.inv("up", OLD="1")
    assert done.returncode == 1
    assert "no Python 3.11 or newer" in done.stderr


def test_a_python_without_venv_names_debians_package(checkout: Checkout) -> None:
    done = checkout.inv("up", NO_VENV="1")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_a_second_one_at_the_same_time_says_that_it_waits(checkout: Checkout) -> None:
    assert "another ./inv is making" in checkout.inv("up", BUSY="1").stderr


def test_doctor_needs_no_environment(checkout: Checkout) -> None:
    assert checkout.inv("doctor").returncode == 0
    assert checkout.calls.endswith("-m ops.doctor\n")
    assert not (checkout.root / ".venv").exists()


def test_the_script_is_plain_posix_shell() -> None:
    dash = shutil.which("dash")
    if dash is None:
        pytest.skip("no dash here to check the syntax with")
    assert subprocess.run([dash, "-n", str(ROOT / "inv")], check=False).returncode == 0
    assert os.access(ROOT / "inv", os.X_OK)
