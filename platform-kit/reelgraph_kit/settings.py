"""Settings that every service of reelgraph shares, and how they are read and documented.

A service subclasses `ServiceSettings` in its own settings.py, names itself, and adds what it
needs; `settings.py` is the one place of a process that reads the environment.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelgraph_kit.server.limits import HttpLimits

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")
LIMITS = HttpLimits()


class ServiceSettings(BaseSettings):
    """What every service can be told, read from `<PREFIX><NAME>` environment variables.

    A subclass sets `service_name`; its prefix becomes `REELGRAPH_<SERVICE_NAME>_`. Every field
    has a description, because the documentation is generated from it.
    """

    service_name: ClassVar[str] = "service"
    needs_data_dir: ClassVar[bool] = True
    """False for a service that can do without the folder: what it keeps there is optional."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="forbid")

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Only this machine can connect unless it is changed.",
    )
    port: int = Field(
        default=0, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one."
    )
    data_dir: Path = Field(
        default=Path(".reelgraph"), description="Folder of the embedded stores; made when missing."
    )
    database_url: str = Field(
        default="",
        validate_default=True,
        description="SQLAlchemy URL of the service's own database: sqlite+aiosqlite:///… or "
        "postgresql+asyncpg://…. Empty: a SQLite file <data_dir>/<service>/<service>.db.",
    )
    event_log_url: str = Field(
        default="",
        validate_default=True,
        description="Event log that services share: sqlite:///<path> or kafka://host:port. "
        "Empty: <data_dir>/events.db.",
    )
    cache_url: str = Field(
        default="memory://", description="Cache: memory:// or redis://host:port/number."
    )
    document_store_url: str = Field(
        default="",
        validate_default=True,
        description="Document store: sqlite:///<path> or mongodb://host:port/database. "
        "Empty: <data_dir>/<service>/documents.db.",
    )
    signing_key: Path | None = Field(
        default=None,
        description="File of the Ed25519 private key (PEM) that this service signs with.",
    )
    trusted_signers: Path | None = Field(
        default=None,
        description="File of the public keys (JWKS) whose signed identities are believed. "
        "Without it every caller is anonymous and signed identities are refused.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages that are logged."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log lines for people (text) or for machines (json)."
    )
    max_head_bytes: int = Field(
        default=LIMITS.head_bytes,
        ge=1_024,
        description="Largest head of a request, and largest trailers, in bytes; beyond: 431.",
    )
    max_headers: int = Field(
        default=LIMITS.headers, gt=0, description="Most headers of a request; beyond: 431."
    )
    head_timeout_seconds: float = Field(
        default=LIMITS.head_seconds,
        gt=0,
        description="How long a new connection may be silent, and a request's head may take: 408.",
    )
    body_timeout_seconds: float = Field(
        default=LIMITS.body_seconds,
        gt=0,
        description="How long a request's body may take, and a second more for each 16 KiB: 408.",
    )
    keep_alive_seconds: float = Field(
        default=LIMITS.keep_alive_seconds,
        gt=0,
        description="How long a connection is kept without a request. More than what stands before "
        "the service keeps them.",
    )
    write_timeout_seconds: float = Field(
        default=LIMITS.write_seconds,
        gt=0,
        description="How long a client may read nothing of an answer before it is cut off.",
    )
    max_connections: int = Field(
        default=LIMITS.connections,
        gt=0,
        description="Most connections of clients; those that only wait make room, then 503. Fewer "
        "where the system allows fewer open files.",
    )
    max_unfinished_bytes: int = Field(
        default=LIMITS.unfinished_bytes,
        gt=0,
        description="Most bytes of all bodies whose rest has not come yet; beyond: 503.",
    )
    shutdown_grace_seconds: float = Field(
        default=9.0,
        gt=0,
        le=600,
        description="How long requests in flight may go on after SIGTERM, in seconds.",
    )

    def http_limits(self) -> HttpLimits:
        """What clients may make the server hold."""
        return HttpLimits(
            head_bytes=self.max_head_bytes,
            headers=self.max_headers,
            head_seconds=self.head_timeout_seconds,
            body_seconds=self.body_timeout_seconds,
            keep_alive_seconds=self.keep_alive_seconds,
            write_seconds=self.write_timeout_seconds,
            connections=self.max_connections,
            unfinished_bytes=self.max_unfinished_bytes,
        )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Derive the environment prefix from the service's name."""
        super().__pydantic_init_subclass__(**kwargs)
        if "service_name" in cls.__dict__:
            cls.model_config["env_prefix"] = environment_prefix(cls.service_name)

    @field_validator("database_url")
    @classmethod
    def _default_database(cls, value: str, info: ValidationInfo) -> str:
        path = cls._own_file(info, f"{cls.service_name}.db")
        return value or f"sqlite+aiosqlite:///{path}"

    @field_validator("event_log_url")
    @classmethod
    def _default_event_log(cls, value: str, info: ValidationInfo) -> str:
        return value or f"sqlite:///{_data_dir(info) / 'events.db'}"

    @field_validator("document_store_url")
    @classmethod
    def _default_document_store(cls, value: str, info: ValidationInfo) -> str:
        return value or f"sqlite:///{cls._own_file(info, 'documents.db')}"

    @classmethod
    def _own_file(cls, info: ValidationInfo, name: str) -> Path:
        return _data_dir(info) / cls.service_name / name

    @property
    def service_dir(self) -> Path:
        """Folder of this service's own files, `<data_dir>/<service>`; made when missing."""
        path = self.data_dir / self.service_name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def require_data_dir(self) -> None:
        """Make the data folder where it is missing.

        Raises `SettingsError` when that fails, or when this process may not write there.
        """
        own = self.data_dir / self.service_name
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            folder = own if own.exists() else self.data_dir
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "this process may not write there")
        except OSError as error:
            variable = f"{self.model_config.get('env_prefix', '')}DATA_DIR"
            raise SettingsError(
                f"{self.service_name}: cannot keep data in {own.absolute()}: "
                f"{error.strerror or error}. Name another folder in {variable}."
            ) from None

    @classmethod
    def load(cls) -> Self:
        """Read the settings from the environment.

        Raises `SettingsError`, whose text names each wrong variable.
        """
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(describe_problems(cls, error)) from None


class SettingsError(Exception):
    """The environment holds a value that a service cannot use; the text says which and why."""


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One setting as the documentation shows it."""

    variable: str
    field: str
    type: str
    default: str
    description: str


def environment_prefix(service_name: str) -> str:
    """Return the prefix of a service's environment variables, `REELGRAPH_<NAME>_`."""
    return f"REELGRAPH_{service_name.upper().replace('-', '_')}_"


def describe_settings(settings: type[ServiceSettings]) -> list[SettingDescription]:
    """List every setting of a service in declaration order, for documentation and checks."""
    prefix = str(settings.model_config.get("env_prefix", "")) or "REELGRAPH_<SERVICE>_"
    described: list[SettingDescription] = []
    for name, field in settings.model_fields.items():
        default = "required" if field.default is PydanticUndefined else _printed(field.default)
        described.append(
            SettingDescription(
                variable=f"{prefix}{name}".upper(),
                field=name,
                type=_type_name(field.annotation),
                default=default,
                description=field.description or "",
            )
        )
    return described


def settings_table(classes: Sequence[type[ServiceSettings]]) -> str:
    """Render settings as Markdown: first what services share, then what each adds or changes."""
    shared: list[type[ServiceSettings]] = []
    for settings in classes:
        for base in reversed(settings.__mro__[1:]):
            if issubclass(base, ServiceSettings) and base not in shared:
                shared.append(base)
    sections = [_section(base, base.__name__) for base in shared if base not in classes]
    sections += [_section(settings, settings.service_name) for settings in classes]
    return "\n".join(sections)


def _section(settings: type[ServiceSettings], title: str) -> str:
    summary = (settings.__doc__ or "").strip().partition("\n")[0]
    own = settings.__annotations__
    rows = [
        f"| `{item.variable}` | {item.type} | {item.default} | {item.description} |"
        for item in describe_settings(settings)
        if item.field in own
    ]
    head = ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## {title}", "", summary, "", *([*head, *rows, ""] if rows else [])])


def describe_problems(settings: type[ServiceSettings], error: ValidationError) -> str:
    """Say which environment variables are wrong, one line each."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    lines = [
        f"{prefix}{'_'.join(str(part) for part in problem['loc'])}".upper() + f": {problem['msg']}."
        for problem in error.errors(include_url=False)
    ]
    return "\n".join([f"Wrong settings for {settings.service_name}:", *lines])


def load_or_exit(settings: type[SettingsT]) -> SettingsT:
    """Read settings, or print what is wrong and leave with exit code 2."""
    try:
        loaded = settings.load()
        if loaded.needs_data_dir:
            loaded.require_data_dir()
        return loaded
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def _data_dir(info: ValidationInfo) -> Path:
    path = info.data.get("data_dir", Path(".reelgraph"))
    return Path(path).absolute()


def _printed(default: object) -> str:
    return "" if default is None or default == "" else f"`{default}`"


def _type_name(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    text = annotation.__name__ if type(annotation) is type else str(annotation)
    return (
        text.replace("typing.", "")
        .replace("pathlib.", "")
        .replace("|", "or")
        .replace("<class '", "")
        .replace("'>", "")
    )
