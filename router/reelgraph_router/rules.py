"""What the settings say about operations, as the pipeline's rules."""

from __future__ import annotations

from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.pipeline.authorize import AuthorizationRules
from reelgraph_router.pipeline.documents import DocumentRules
from reelgraph_router.pipeline.graph import GraphRules
from reelgraph_router.pipeline.limits import OperationLimits
from reelgraph_router.pipeline.stages import OperationRules
from reelgraph_router.read_manifest import read_manifest
from reelgraph_router.settings import RouterSettings


def graph_rules(settings: RouterSettings) -> GraphRules:
    """What the settings say about operations and subgraphs."""
    return GraphRules(
        operations=OperationRules(
            max_parts=settings.max_operation_size,
            seconds=settings.request_timeout_seconds,
            max_tokens=settings.max_tokens,
            max_characters=settings.max_document_characters,
            limits=OperationLimits(
                depth=settings.max_depth,
                aliases=settings.max_aliases,
                root_fields=settings.max_root_fields,
                directives=settings.max_directives,
            ),
            introspection=settings.introspection,
            cache_size=settings.plan_cache_size,
            cache_bytes=settings.plan_cache_bytes,
            authorization=AuthorizationRules(
                settings.authorization_errors, settings.reject_unauthorized
            ),
            count_usage=settings.registry_token_file is not None,
            override_labels=frozenset(settings.override_labels),
        ),
        redaction=Redaction(settings.expose_subgraph_errors, frozenset(settings.expose_errors_of)),
        urls=settings.urls_by_subgraph(),
        timeout=settings.subgraph_timeout_seconds,
        timeouts=settings.timeouts_by_subgraph(),
    )


def document_rules(settings: RouterSettings) -> DocumentRules:
    """Which documents clients may name; raises ManifestError."""
    manifest = settings.trusted_documents
    return DocumentRules(
        automatic=settings.persisted_queries,
        trusted=read_manifest(manifest) if manifest is not None else {},
        mode=settings.trusted_documents_mode,
    )
