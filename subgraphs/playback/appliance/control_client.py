"""An appliance's side of the control plane: reports out, files in."""

from __future__ import annotations

from pathlib import Path

import httpx

from subgraphs.playback.control.http import APPLIANCE_HEADER
from subgraphs.playback.control.report import Reply, Report

_REPORT_TIMEOUT = 4.0
_FILL_TIMEOUT = 60.0
_FILL_TRIES = 3


class ControlUnreachable(Exception):
    """The control plane gave no answer that can be used; the text is for the log."""


class OriginLacksFile(Exception):
    """There is no such file, so asking again is useless."""


class ControlClient:
    """Speaks to the control plane with the appliance's own key."""

    def __init__(
        self,
        control_url: str,
        appliance_id: str,
        key: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._id = appliance_id
        self._http = httpx.AsyncClient(
            base_url=control_url,
            headers={"Authorization": f"Bearer {key}", APPLIANCE_HEADER: appliance_id},
            transport=transport,
        )

    async def report(self, report: Report) -> Reply:
        """Send a report; raises ControlUnreachable."""
        body = report.model_dump_json(by_alias=True, exclude_none=True)
        try:
            response = await self._http.post(
                f"/control/oca/{self._id}/report", content=body, timeout=_REPORT_TIMEOUT
            )
            response.raise_for_status()
            return Reply.model_validate_json(response.content)
        except (httpx.HTTPError, ValueError) as error:
            raise ControlUnreachable(f"the control plane took no report: {error!r}") from error

    async def fetch(self, name: str, path: Path) -> None:
        """Write a file of the origin to `path`; raises OriginLacksFile or ControlUnreachable."""
        for _ in range(_FILL_TRIES):
            status = await self._try_fetch(name, path)
            if status == httpx.codes.OK:
                return
            if status == httpx.codes.NOT_FOUND:
                raise OriginLacksFile(name)
            # The origin makes a file at first demand; when that takes long, it goes on meanwhile.
            if status != httpx.codes.GATEWAY_TIMEOUT:
                raise ControlUnreachable(f"the origin answered {status} for {name}")
        raise ControlUnreachable(f"the origin took too long to make {name}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _try_fetch(self, name: str, path: Path) -> int:
        try:
            async with self._http.stream(
                "GET", f"/control/origin/{name}", timeout=_FILL_TIMEOUT
            ) as response:
                if response.status_code == httpx.codes.OK:
                    with path.open("wb") as file:
                        async for chunk in response.aiter_bytes():
                            file.write(chunk)
                return response.status_code
        except httpx.HTTPError as error:
            raise ControlUnreachable(f"the origin did not answer for {name}: {error!r}") from error
