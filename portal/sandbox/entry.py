"""The child's first step: take on the limits, then become the script. No Django here."""

import resource
import runpy
import sys


def main(memory_bytes: str, cpu_seconds: str, file_bytes: str, *script: str) -> None:
    """Run ``script`` with its arguments under the limits."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, "0"),
    ):
        resource.setrlimit(limit, (int(value), int(value)))
    sys.argv = list(script)
    runpy.run_path(script[0], run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
