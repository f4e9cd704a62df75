"""The endpoint where routers report what clients asked for."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..domain.errors import InvalidInput, Unauthenticated
from ..domain.usage import OperationUsage, UsageBatch
from ..ports import Clock
from ..use_cases.record_usage import RecordUsage
from .auth import Authenticator


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class _Operation(_Body):
    signature: str
    name: str = ""
    client: str = ""
    client_version: str = ""
    count: int = 1
    errors: int = 0
    duration_ms: float = 0.0
    coordinates: list[str] = Field(default_factory=list)


class _Batch(_Body):
    id: str
    operations: list[_Operation]


@dataclass(frozen=True, slots=True)
class ReportUsage:
    """Takes in batches; needs the registry's token."""

    record: RecordUsage
    authenticator: Authenticator
    clock: Clock

    def routes(self) -> list[Route]:
        """Return the route."""
        path = "/v1/graphs/{graph}/variants/{variant}/usage"
        return [Route(path, self.report, methods=["POST"])]

    async def report(self, request: Request) -> Response:
        """Add a batch: 202, with whether it was new; 400 and 401 say what is wrong."""
        try:
            self.authenticator.require(request.headers.get("authorization"))
            batch = self._read(request, await request.body())
            added = await self.record(batch)
        except Unauthenticated as error:
            return _error(401, error, {"WWW-Authenticate": "Bearer"})
        except InvalidInput as error:
            return _error(400, error)
        return JSONResponse({"added": added}, 202)

    def _read(self, request: Request, body: bytes) -> UsageBatch:
        try:
            batch = _Batch.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the body"
            raise InvalidInput(f"{where}: {first['msg']}.") from None
        return UsageBatch(
            id=batch.id,
            graph=request.path_params["graph"],
            variant=request.path_params["variant"],
            received_at=self.clock(),
            operations=tuple(_operation(operation) for operation in batch.operations),
        )


def _operation(operation: _Operation) -> OperationUsage:
    return OperationUsage(
        signature=operation.signature,
        name=operation.name,
        client=operation.client,
        client_version=operation.client_version,
        count=operation.count,
        errors=operation.errors,
        duration_ms=operation.duration_ms,
        coordinates=frozenset(operation.coordinates),
    )


def _error(
    status: int, error: InvalidInput | Unauthenticated, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"error": {"code": error.code, "message": str(error)}}, status, headers)
