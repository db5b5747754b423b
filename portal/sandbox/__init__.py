"""Reading what strangers send in a child process, so that no upload can hang or kill this one.

``run`` starts a script of ours under limits that the kernel keeps: memory, processor time, the
size of what it writes, and time on the wall. The child has no Django and no environment; it finds
the file on its standard input and answers on its standard output.
"""

import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

ENTRY = Path(__file__).with_name("entry.py")


@dataclass(frozen=True)
class Limits:
    """What the child may use; ``file_bytes`` is the longest file it may write."""

    memory_bytes: int = 512 * 1024 * 1024
    cpu_seconds: int = 20
    wall_seconds: int = 30
    file_bytes: int = 0


class ChildEnded(Exception):
    """The child ran out of its limits and was ended."""


class ChildFailed(Exception):
    """The child gave up with an error; the file is broken."""


def run(
    script: Path, *arguments: str, source: Path, target: IO[bytes] | None = None, limits: Limits
) -> bytes:
    """What ``script`` printed about the file ``source``.

    ``target`` is an open file the script may write; it gets the number of its descriptor as the
    last argument. Raises ``ChildEnded`` or ``ChildFailed``; no process is left behind.
    """
    command = [sys.executable, "-I", "-B", str(ENTRY)]
    command += map(str, (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes))
    command += [str(script), *arguments]
    handed = () if target is None else (target.fileno(),)
    command += map(str, handed)
    with source.open("rb") as upload:
        try:
            child = subprocess.run(  # noqa: S603 (own interpreter and script, no shell, own words)
                command,
                stdin=upload,
                capture_output=True,
                pass_fds=handed,
                env={},
                timeout=limits.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ChildEnded from error
    if child.returncode < 0:
        logger.warning("%s was ended by signal %s.", script.name, -child.returncode)
        raise ChildEnded
    if child.returncode:
        reason = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        logger.warning("%s failed: %s", script.name, reason.partition(":")[0])
        raise ChildFailed
    return child.stdout
