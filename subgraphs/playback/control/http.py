"""The control plane's HTTP side, for appliances only."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from reelgraph_dgs.database import Database
from subgraphs.playback import store
from subgraphs.playback.control.plane import ControlPlane
from subgraphs.playback.control.report import Report
from subgraphs.playback.origin.files import Origin
from subgraphs.playback.streams import LADDER

APPLIANCE_HEADER = "Reelgraph-Appliance"


@dataclass(frozen=True, slots=True)
class ControlHttp:
    """Handles reports and origin reads of appliances that prove who they are."""

    plane: ControlPlane
    database: Database
    origin: Origin
    keys: Mapping[str, str]

    async def take_report(self, request: Request) -> Response:
        """`POST /control/oca/{id}/report`: 401 unknown caller, 422 no report."""
        appliance_id = request.path_params["id"]
        if not self._is_appliance(request, appliance_id):
            return _refuse(401, "Send the appliance's own key as bearer token.")
        try:
            report = Report.model_validate_json(await request.body())
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:10]
            ]
            return _refuse(422, f"This is no report: {'; '.join(problems)}")
        reply = await self.plane.report(appliance_id, report)
        return JSONResponse(reply.model_dump(mode="json", by_alias=True))

    async def send_file(self, request: Request) -> Response:
        """`GET /control/origin/{asset}/{file}`: a file of the origin, made when missing."""
        if not self._is_appliance(request, request.headers.get(APPLIANCE_HEADER, "")):
            return _refuse(401, "Send the appliance's id and its own key as bearer token.")
        encode = next((each for each in LADDER if each.file == request.path_params["file"]), None)
        async with self.database.read() as session:
            facts = await store.find_asset(session, request.path_params["asset"])
        if encode is None or facts is None:
            return _refuse(404, "The origin has no such file.")
        return FileResponse(await self.origin.provide(facts, encode), media_type="video/webm")

    def _is_appliance(self, request: Request, appliance_id: str) -> bool:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        known = self.keys.get(appliance_id)
        if known is None or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(known.encode(), sent.encode())


async def report_endpoint(request: Request) -> Response:
    """Hand a report to the running control plane."""
    return await _control(request).take_report(request)


async def origin_endpoint(request: Request) -> Response:
    """Hand an origin read to the running control plane."""
    return await _control(request).send_file(request)


CONTROL_ROUTES = [
    Route("/control/oca/{id}/report", report_endpoint, methods=["POST"]),
    Route("/control/origin/{asset}/{file}", origin_endpoint, methods=["GET"]),
]


def _control(request: Request) -> ControlHttp:
    control: ControlHttp = request.app.state.resources.control
    return control


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)
