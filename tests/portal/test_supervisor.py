import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from portal.supervisor import Program, Supervisor, command_line, end_group

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 20.0

# Notes its own process id and that of a child of its own, then both wait for ever.
FAMILY = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as notes:
    notes.write(f"{__import__('os').getpid()} {child.pid}\\n")
time.sleep(600)
"""
# A supervisor in a process of its own: programs as (name, notes) pairs.
SUPERVISOR = """
import sys
from pathlib import Path
from portal.supervisor import Program, Supervisor
folder, family = Path(sys.argv[1]), sys.argv[2]
program = Program("family", [sys.executable, "-c", family, str(folder / "notes")])
Supervisor([program], folder, say=lambda line: None).run()
"""


def wait_for(condition):
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pids_in(notes):
    """Process ids of each life noted so far."""
    lines = notes.read_text().splitlines(keepends=True) if notes.exists() else []
    return [[int(pid) for pid in line.split()] for line in lines if line.endswith("\n")]


def is_gone(pid):
    return not command_line(pid)


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes"
    yield path
    for leader, _ in pids_in(path):
        end_group(leader)


@pytest.fixture
def family(notes):
    return Program("family", [sys.executable, "-c", FAMILY, str(notes)])


def run_until(supervisor, condition):
    """Runs it here, and stops it as soon as the condition holds."""

    def stop():
        wait_for(condition)
        supervisor.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    supervisor.run()
    stopper.join()


def start_supervisor(tmp_path):
    return subprocess.Popen([sys.executable, "-c", SUPERVISOR, tmp_path, FAMILY], cwd=ROOT)


def test_stop_ends_children_and_their_children(tmp_path, family, notes):
    supervisor = Supervisor([family], tmp_path, say=lambda line: None)
    run_until(supervisor, lambda: pids_in(notes))
    ((leader, child),) = pids_in(notes)
    wait_for(lambda: is_gone(leader) and is_gone(child))


def test_stop_kills_a_child_that_ignores_the_signal(tmp_path, notes):
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{FAMILY}"
    program = Program("deaf", [sys.executable, "-c", deaf, str(notes)])
    supervisor = Supervisor([program], tmp_path, say=lambda line: None, grace_s=0.0)
    run_until(supervisor, lambda: pids_in(notes))
    wait_for(lambda: all(is_gone(pid) for pid in pids_in(notes)[0]))


def test_dead_child_is_started_again_and_reported(tmp_path, family, notes):
    said = []
    supervisor = Supervisor([family], tmp_path, say=said.append, backoff_s=[0.0])

    def killed_twice():
        lives = pids_in(notes)
        if lives and len(lives) < 3 and not is_gone(lives[-1][0]):
            os.kill(lives[-1][0], signal.SIGKILL)
        return len(lives) >= 3

    run_until(supervisor, killed_twice)
    assert len(said) == 2
    assert "family ended with status -9" in said[0]
    assert str(tmp_path / "family.log") in said[0]
    wait_for(lambda: all(is_gone(pid) for life in pids_in(notes) for pid in life))


def test_restarts_slow_down_when_deaths_follow_each_other(tmp_path):
    said = []
    program = Program("broken", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor([program], tmp_path, say=said.append, backoff_s=[0.0, 0.01, 0.02])
    run_until(supervisor, lambda: len(said) >= 4)
    delays = [line.partition("again in ")[2].split()[0] for line in said[:4]]
    assert delays == ["0", "0.01", "0.02", "0.02"]


def test_output_goes_to_the_log_of_the_child(tmp_path):
    program = Program("speaker", [sys.executable, "-c", "print('here', flush=True)"])
    supervisor = Supervisor([program], tmp_path, say=lambda line: None)
    log = tmp_path / "speaker.log"
    run_until(supervisor, lambda: log.exists() and log.read_text() == "here\n")


def test_announces_once_when_ready(tmp_path, family, notes):
    announced = []
    supervisor = Supervisor([family], tmp_path, say=lambda line: None)
    answers = iter([False, True])

    def announce():
        announced.append(pids_in(notes))
        supervisor.stop()

    supervisor.run(is_ready=lambda: bool(pids_in(notes)) and next(answers), announce=announce)
    assert len(announced) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_stop_everything(tmp_path, notes, number):
    with start_supervisor(tmp_path) as process:
        wait_for(lambda: pids_in(notes))
        process.send_signal(number)
        assert process.wait(LIMIT_S) == 0
    wait_for(lambda: all(is_gone(pid) for pid in pids_in(notes)[0]))


def test_signal_handlers_are_given_back(tmp_path, family, notes):
    before = signal.getsignal(signal.SIGTERM)
    run_until(Supervisor([family], tmp_path, say=lambda line: None), lambda: pids_in(notes))
    assert signal.getsignal(signal.SIGTERM) == before


def test_sweep_ends_what_a_killed_supervisor_left(tmp_path, family, notes):
    with start_supervisor(tmp_path) as process:
        wait_for(lambda: pids_in(notes))
        process.kill()
    orphans = pids_in(notes)[0]
    assert not any(is_gone(pid) for pid in orphans)

    heir = Supervisor([family], tmp_path, say=lambda line: None)
    assert heir.sweep()
    wait_for(lambda: all(is_gone(pid) for pid in orphans))
    run_until(heir, lambda: len(pids_in(notes)) == 2)


def test_sweep_leaves_strangers_alone_when_nothing_is_left(tmp_path):
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        (tmp_path / "processes").write_text(f"{stranger.pid}\n")
        swept = Supervisor([], tmp_path, say=lambda line: None)
        assert swept.sweep()
        assert stranger.poll() is None
        swept.run(announce=swept.stop)
        stranger.kill()
