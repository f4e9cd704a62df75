"""Run one service in this process: read settings, take the port, serve, drain, leave.

Exit codes: 0 after a drained shutdown, 2 for wrong settings, 98 when the port is taken
(EADDRINUSE), 1 when the service could not start.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, TypeVar

from reelgraph_kit.asgi import ASGIApp
from reelgraph_kit.logging import configure_logging
from reelgraph_kit.settings import ServiceSettings, load_or_exit

if TYPE_CHECKING:
    import uvicorn

    from reelgraph_kit.server.limits import HttpLimits
    from reelgraph_kit.server.protocol import GuardedProtocol

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

EXIT_SETTINGS = 2
EXIT_PORT_BUSY = 98
_BACKLOG = 2048
_logger = logging.getLogger("reelgraph.process")
_drain_callbacks: list[Callable[[], None]] = []


class PortBusy(Exception):
    """Another process listens on the port; the text says which and what to do."""


def serve(
    create_app: Callable[[SettingsT], ASGIApp],
    settings_class: type[SettingsT],
    settings: SettingsT | None = None,
    *,
    http: type[GuardedProtocol] | None = None,
) -> None:
    """Serve an app until SIGTERM or SIGINT, then finish the requests in flight.

    `http` may be a protocol class of the service's own, on `GuardedProtocol`.

    The port is taken before the app is made, so a second start fails at once and leaves the
    first alone. Raises `SystemExit` with the codes above; returns after a clean shutdown.
    """
    settings = settings or load_or_exit(settings_class)
    configure_logging(settings.service_name, settings.log_level, settings.log_format)
    listener = _listen_or_exit(settings)
    started = _run(create_app, settings, listener, http)
    if not started:
        raise SystemExit(1)


def listen(host: str, port: int) -> socket.socket:
    """Bind a TCP socket; raises `PortBusy` or the `OSError` of a wrong address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(
                f"Port {port} on {host} is in use by another process. "
                "Stop that process or choose another port."
            ) from error
        raise
    listener.setblocking(False)
    return listener


def _listen_or_exit(settings: ServiceSettings) -> socket.socket:
    variable = f"{settings.model_config.get('env_prefix', '')}PORT"
    try:
        return listen(settings.host, settings.port)
    except PortBusy as error:
        print(f"{settings.service_name}: {error} (setting {variable})", file=sys.stderr)
        raise SystemExit(EXIT_PORT_BUSY) from None
    except OSError as error:
        print(
            f"{settings.service_name}: cannot listen on {settings.host}:{settings.port}: "
            f"{error.strerror or error}.",
            file=sys.stderr,
        )
        raise SystemExit(EXIT_SETTINGS) from None


def _run(
    create_app: Callable[[SettingsT], ASGIApp],
    settings: SettingsT,
    listener: socket.socket,
    http: type[GuardedProtocol] | None,
) -> bool:
    # Imported here: a process that only fails to bind need not pay for the server.
    import uvicorn

    limits = _with_room(settings.http_limits())
    _drain_callbacks.clear()
    server = _draining_server(uvicorn.Server)(
        uvicorn.Config(
            create_app(settings),
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http=http_within(limits, http),
            ws=websocket_within(limits),
            ws_max_size=limits.message_bytes,
            timeout_keep_alive=limits.keep_alive_seconds,  # type: ignore[arg-type]
            lifespan="on",
            access_log=False,
            # Who believes X-Forwarded-For is for each service to decide, not for the server.
            proxy_headers=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=max(1, round(settings.shutdown_grace_seconds)),
        )
    )

    def stop(signal_number: int, frame: object) -> None:
        server.should_exit = True

    # While the server runs it catches these itself, and raises them again after its shutdown:
    # then, and before it runs, they must do no more than this.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    host, port = listener.getsockname()[:2]
    _logger.info("listening on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        # uvicorn's own way, with its own code, to say that the application could not start.
        return False
    finally:
        listener.close()
    return server.started


def http_within(
    limits: HttpLimits, http: type[GuardedProtocol] | None = None
) -> type[GuardedProtocol]:
    """A server's protocol class with these limits."""
    from reelgraph_kit.server.protocol import GuardedProtocol

    return type("BoundedProtocol", (http or GuardedProtocol,), {"limits": limits})


def websocket_within(limits: HttpLimits) -> type[asyncio.Protocol] | Literal["none"]:
    """The class of its WebSockets, where the package for them is installed."""
    if not find_spec("websockets"):
        return "none"
    from reelgraph_kit.server.websocket import GuardedWebSocket

    return type("BoundedWebSocket", (GuardedWebSocket,), {"limits": limits})


def _with_room(limits: HttpLimits) -> HttpLimits:
    """Raise the process's limit of open files for so many connections, or be content with fewer.

    A quarter of the files is kept for all else; where they run out, nobody is answered at all.
    """
    try:
        import resource
    except ImportError:  # Windows
        return limits
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections * 4 // 3 + 64
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return limits
    return replace(limits, connections=max(1, min(limits.connections, soft * 3 // 4)))


def on_drain(callback: Callable[[], None]) -> None:
    """Call `callback` in the event loop when the process is told to stop.

    That is before requests in flight are waited for, so whatever holds requests open (long
    polls, streams) can end them. Call it while the app is made or at its start.
    """
    _drain_callbacks.append(callback)


def _draining_server(base: type[uvicorn.Server]) -> type[uvicorn.Server]:
    class DrainingServer(base):  # type: ignore[misc, valid-type]
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for callback in _drain_callbacks:
                try:
                    callback()
                except Exception:
                    _logger.exception("a drain callback failed")
            await super().shutdown(sockets)

    return DrainingServer
