"""Where a benchmark ran: the machine, the versions, and how much of it other processes took meanwhile."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import time
from pathlib import Path

import programs

TICKS = os.sysconf("SC_CLK_TCK")


def cpu() -> tuple[str, str]:
    """Name and widest vector instructions of the processor."""
    name, flags = "unknown", set()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() == "flags":
            flags = set(value.split())
    return name, next((set_ for set_ in ("avx512f", "avx2") if set_ in flags), "neither AVX2 nor AVX-512").replace("avx512f", "avx512")


def describe() -> dict:
    name, instructions = cpu()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = programs.run("git", "describe", "--always", "--dirty", "--exclude=*").strip() if (programs.ROOT / ".git").exists() else "unknown"
    return {"cpu": name, "instructions": instructions, "cores": len(os.sched_getaffinity(0)), "memory_GiB": round(memory / 2**30, 1),
            "system": f"{platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')}, Linux {platform.release()}",
            "hillock": programs.run(programs.HILLOCK, "--version").split()[1], "commit": commit,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}


def _busy() -> float:
    """Seconds of processor time that all processes have had since the machine started, and those the host kept for others."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, interrupts, soft_interrupts, stolen = map(int, file.readline().split()[1:9])
    return (user + nice + system + interrupts + soft_interrupts + stolen) / TICKS


def _own() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Watch:
    """`foreign` afterwards: how many cores other processes, or the host, took inside a `with` block.

    The kernel counts in ticks, so one tick for each core is forgiven.
    """

    foreign = 0.0

    def __enter__(self) -> Watch:
        self._start = time.perf_counter(), _busy(), _own()
        return self

    def __exit__(self, *_: object) -> None:
        wall, busy, own = (now - then for now, then in zip((time.perf_counter(), _busy(), _own()), self._start))
        self.foreign = max(0.0, busy - own - self.excused() - (os.cpu_count() or 1) / TICKS) / max(wall, 1e-9)

    def excused(self) -> float:
        """Seconds of processor time that others have had and that do not count."""
        return 0.0
