"""Makes `.venv/` and installs a lock file in it: `python3 .ci/install.py local|dev`.

Runs on any Python from 3.11 with nothing installed, so only the standard library is used. uv does the
work when it can be had (five times as fast), pip otherwise; both take the same hashed lock. A stamp in
the environment names what is in it, so that a second run returns at once."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"local": "requirements-local.lock", "dev": "requirements-dev.lock"}


def main(kind: str) -> None:
    """Install for `make run` (local) or for the tests too (dev, which holds all of local)."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # two makes at once wait for each other
    if any(stamped(candidate) for candidate in {kind, "dev"}):
        return
    say("Installing (the first time only) …")
    make_venv()
    for stamp in VENV.glob(".installed-*"):
        stamp.unlink()
    lock = ROOT / LOCKS[kind]
    if not (get_uv(lock) and install_with_uv(lock)):
        install_with_pip(lock)
    stamp_path(kind).write_text(fingerprint(kind))


def stamp_path(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def fingerprint(kind: str) -> str:
    """What has to be the same: the lock, the Python, and the place (scripts name it in full)."""
    lock = hashlib.sha256((ROOT / LOCKS[kind]).read_bytes()).hexdigest()
    return f"{lock} {sys.version_info.major}.{sys.version_info.minor} {VENV}\n"


def stamped(kind: str) -> bool:
    path = stamp_path(kind)
    return path.exists() and PYTHON.exists() and path.read_text() == fingerprint(kind)


def make_venv() -> None:
    """A fresh environment, unless there is one of this Python, in this place, that works."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor} {VENV}"
    question = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor} {sys.prefix}')"
    if (VENV / "pyvenv.cfg").exists() and PYTHON.exists():
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
        moved = not activation_names_this_place()
        if answer.stdout.strip() == wanted and not moved:
            return
    if VENV.is_symlink() or VENV.is_file():
        sys.exit(f"{VENV} is not a folder; move it away first.")
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"Python {sys.version.split()[0]} cannot make a virtual environment:\n"
            f"{made.stdout}{made.stderr}\nOn Debian and Ubuntu: apt-get install python3-venv"
        )


def activation_names_this_place() -> bool:
    script = VENV / "bin" / "activate"
    return script.exists() and str(VENV) in script.read_text(errors="replace")


def get_uv(lock: Path) -> bool:
    """Whether uv is in the environment, put there from its own hashed lines of the lock."""
    block = re.search(r"^uv==(?:.*\\\n)*.*", lock.read_text(), re.MULTILINE)
    if block is None:
        return False
    wanted = re.match(r"uv==([^\s;\\]+)", block.group())
    program = VENV / "bin" / "uv"
    if program.exists() and wanted:
        found = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        if f"uv {wanted.group(1)}" in found.stdout:
            return True
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(block.group() + "\n")
        only_uv.flush()
        return pip("install", "--quiet", "--require-hashes", "--no-deps", "-r", only_uv.name, may_fail=True)


def install_with_uv(lock: Path) -> bool:
    environment = os.environ | {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",  # a company's own certificate authority is trusted by the system
        "UV_NO_PROGRESS": "1",
    }
    environment.pop("VIRTUAL_ENV", None)
    command = [
        *(VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON),
        *("--require-hashes", "--compile-bytecode", "-r", lock),
    ]
    if subprocess.run(command, check=False, env=environment, cwd=ROOT).returncode == 0:
        return True
    say("uv could not do it; trying with pip (slower) …")
    return False


def install_with_pip(lock: Path) -> None:
    pip("install", "--quiet", "--require-hashes", "-r", str(lock))


def pip(*arguments: str, may_fail: bool = False) -> bool:
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments]
    code = subprocess.run(command, check=False, cwd=ROOT, capture_output=may_fail).returncode
    if code and not may_fail:
        sys.exit("The libraries could not be installed; see above.")
    return code == 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command line tool


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit("usage: python3 .ci/install.py local|dev")
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python may be the one that starts this
        sys.exit("Python 3.11 or newer is needed.")
    main(sys.argv[1])
