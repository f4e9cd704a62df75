"""Start the processes of a stack, watch them, restart what crashes, stop all at the end."""

from __future__ import annotations

import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from setproctitle import setproctitle

from reelgraph_cli.up.child import GRACE_SECONDS, Lifeline, fork_child, preload
from reelgraph_cli.up.probes import Probe
from reelgraph_cli.up.publish import start_publishing
from reelgraph_cli.up.stack import Service, Stack

STARTUP_SECONDS = 180.0
"""How long a first start, which fills the stores, may take before it is given up."""
RESTARTS_PER_MINUTE = 5
TICK_SECONDS = 0.1
LOG_BYTES_KEPT = 10_000_000


class StackFailed(Exception):
    """The stack could not start or a process keeps crashing; the text names it and its log."""


@dataclass(slots=True)
class Running:
    """One process of the stack as the supervisor sees it."""

    service: Service
    log_file: Path
    pid: int | None = None
    ready: bool = False
    why_not: str = "not started"
    probe: Probe | None = None
    crashes: deque[float] = field(default_factory=deque)
    restart_at: float | None = None


class Supervisor:
    """Runs a stack until told to stop. Single-threaded, so that forking stays safe."""

    def __init__(self, stack: Stack, say: Callable[[str], None]) -> None:
        """Describe the run; `say` prints one line of progress."""
        self._stack = stack
        self._say = say
        self._lifeline = Lifeline()
        self._stop_signals = 0
        self._publisher: int | None = None
        self._published = False
        self.processes = [
            Running(service, stack.logs_dir / f"{service.name}.log") for service in stack.services
        ]

    def run(self, when_ready: Callable[[float], None]) -> None:
        """Start everything, call `when_ready` with the seconds it took, and watch until a signal.

        Raises StackFailed when the stack does not become ready or a process keeps crashing. In
        every case no child is left running.
        """
        started = time.monotonic()
        with _SignalPipe(self._count_stop_signal) as signals:
            try:
                preload()
                setproctitle(f"reelgraph up --port {self._stack.base_port}")
                self._start_all()
                while not self._stop_signals and not self._step_until_ready(started):
                    signals.wait(TICK_SECONDS)
                if not self._stop_signals:
                    when_ready(time.monotonic() - started)
                while not self._stop_signals:
                    self._reap_and_restart()
                    signals.wait(TICK_SECONDS)
            finally:
                self._stop_all(signals)

    def _count_stop_signal(self) -> None:
        self._stop_signals += 1

    def _start_all(self) -> None:
        self._stack.logs_dir.mkdir(parents=True, exist_ok=True)
        for process in self.processes:
            _rotate(process.log_file)
            self._start(process)

    def _start(self, process: Running) -> None:
        environment = process.service.environment(self._stack)
        service = process.service
        process.pid = fork_child(
            service.name, service.package, environment, process.log_file, self._lifeline
        )
        process.ready, process.why_not, process.restart_at = False, "starting", None
        process.probe = None

    def _step_until_ready(self, started: float) -> bool:
        self._reap_and_restart()
        for process in self.processes:
            if process.pid is not None and not process.ready:
                self._probe(process)
        self._publish_once_registry_is_ready()
        if all(process.ready for process in self.processes) and self._published:
            return True
        if time.monotonic() - started > STARTUP_SECONDS:
            raise StackFailed(self._describe_waiting())
        return False

    def _probe(self, process: Running) -> None:
        service = process.service
        if process.probe is None:
            process.probe = Probe(service.host, service.port(self._stack.base_port))
        answer = process.probe.poll()
        if answer is None:
            return
        process.probe = None
        process.ready, process.why_not = answer.ready, answer.why_not
        if answer.ready:
            self._say(f"  ready  {service.name:<16} {service.url(self._stack.base_port)}")

    def _publish_once_registry_is_ready(self) -> None:
        if self._published or self._publisher is not None:
            return
        registry = next((p for p in self.processes if p.service.name == "registry"), None)
        if registry is not None and not registry.ready:
            return
        self._publisher = start_publishing(self._stack, self._lifeline)
        self._published = self._publisher is None

    def _reap_and_restart(self) -> None:
        while (reaped := _reap_one()) is not None:
            self._note_end(*reaped)
        now = time.monotonic()
        for process in self.processes:
            if process.restart_at is not None and process.restart_at <= now:
                self._start(process)

    def _note_end(self, pid: int, code: int) -> None:
        if pid == self._publisher:
            self._note_published(code)
            return
        process = next((p for p in self.processes if p.pid == pid), None)
        if process is None or self._stop_signals:
            return
        now = time.monotonic()
        process.pid, process.ready = None, False
        process.crashes.append(now)
        while now - process.crashes[0] > 60:
            process.crashes.popleft()
        if len(process.crashes) > RESTARTS_PER_MINUTE:
            raise StackFailed(
                f"{process.service.name} ended {len(process.crashes)} times within a minute, "
                f"last with code {code}.\n{_log_tail(process.log_file)}"
            )
        delay = 0.2 * 2 ** (len(process.crashes) - 1)
        process.restart_at = now + delay
        self._say(
            f"  ended  {process.service.name:<16} code {code}; starts again in {delay:.1f} s "
            f"(log: {process.log_file})"
        )

    def _note_published(self, code: int) -> None:
        self._publisher = None
        self._published = True
        log = self._stack.logs_dir / "publish.log"
        if code != 0:
            raise StackFailed(f"the schemas could not be published.\n{_log_tail(log)}")
        self._say("  ready  schemas          published to the registry")

    def _describe_waiting(self) -> str:
        waiting = [p for p in self.processes if not p.ready]
        lines = [f"  {p.service.name}: {p.why_not} (log: {p.log_file})" for p in waiting]
        if not self._published:
            lines.append("  schemas: not published yet")
        return f"not ready after {STARTUP_SECONDS:.0f} s:\n" + "\n".join(lines)

    def _stop_all(self, signals: _SignalPipe) -> None:
        pids = {p.pid for p in self.processes if p.pid is not None}
        if self._publisher is not None:
            pids.add(self._publisher)
        _send(pids, signal.SIGTERM)
        told = self._stop_signals
        deadline = time.monotonic() + GRACE_SECONDS
        while pids:
            while (reaped := _reap_one()) is not None:
                pids.discard(reaped[0])
            if pids and (time.monotonic() > deadline or self._stop_signals > told):
                _send(pids, signal.SIGKILL)
            if pids:
                signals.wait(TICK_SECONDS)


class _SignalPipe:
    """Turns SIGINT, SIGTERM and SIGCHLD into a readable pipe, so that waiting wakes at once."""

    def __init__(self, on_stop: Callable[[], None]) -> None:
        self._on_stop = on_stop

    def __enter__(self) -> _SignalPipe:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._on_stop())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def wait(self, seconds: float) -> None:
        """Wait for a signal, at most `seconds`."""
        readable, _, _ = select.select([self._reading], [], [], seconds)
        if readable:
            os.read(self._reading, 4096)

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(self._reading)
        os.close(self._writing)


def _reap_one() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _send(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _rotate(log_file: Path) -> None:
    if log_file.exists() and log_file.stat().st_size > LOG_BYTES_KEPT:
        log_file.replace(log_file.with_suffix(".log.1"))


def _log_tail(log_file: Path, lines: int = 15) -> str:
    try:
        text = log_file.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        text = []
    return f"The end of {log_file}:\n" + "\n".join(f"  {line}" for line in text)
