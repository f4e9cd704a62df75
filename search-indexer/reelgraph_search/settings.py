"""What the search indexer can be told."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from reelgraph_dgs.settings import SERVICE_SCOPES, GrantedScopes, SubgraphSettings


class SearchSettings(SubgraphSettings):
    """Settings of the search subgraph and its indexing workers."""

    service_name: ClassVar[str] = "search"

    service_scopes: GrantedScopes = Field(
        default=("search=search:index search:admin",), description=SERVICE_SCOPES
    )
    port: int = Field(default=4002, ge=0, le=65535, description="TCP port to listen on.")
    engine_url: str = Field(
        default="",
        validate_default=True,
        description="Search engine: tantivy:///<folder> (embedded) or http://host:9200 "
        "(Elasticsearch 8). Empty: tantivy under <data_dir>/search/engine.",
    )
    router_url: str = Field(
        default="http://127.0.0.1:4000/graphql",
        description="GraphQL endpoint of the router that documents are fetched through.",
    )
    registry_url: str = Field(
        default="http://127.0.0.1:4001",
        description="Schema registry that the supergraph comes from.",
    )
    graph: str = Field(default="reelgraph", description="Name of the graph in the registry.")
    variant: str = Field(default="main", description="Variant of the graph in the registry.")
    supergraph_file: Path | None = Field(
        default=None, description="File with the supergraph, instead of the registry."
    )
    definitions_dir: Path = Field(
        default=Path("search_indexes"), description="Folder with the index definitions (*.yaml)."
    )
    workers: int = Field(
        default=2, ge=0, le=32, description="Indexing workers in this process; 0 only serves."
    )

    @field_validator("engine_url")
    @classmethod
    def _engine(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            folder = Path(info.data.get("data_dir", ".reelgraph")).absolute()
            return f"tantivy://{folder / cls.service_name / 'engine'}"
        if not value.startswith(("tantivy:///", "http://", "https://")):
            raise ValueError("an engine is tantivy:///<folder> or http(s)://host:port")
        return value

    @model_validator(mode="after")
    def _definitions(self) -> SearchSettings:
        if not self.definitions_dir.is_dir():
            raise ValueError(
                f"definitions_dir: {self.definitions_dir} is not a folder; set it to the folder "
                "with the index definitions"
            )
        return self
