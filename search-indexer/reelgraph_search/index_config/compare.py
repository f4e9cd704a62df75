"""Compare the mapping of the live index with the one wanted: is a reindex needed?"""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_search.index_config.mapping import IndexMapping, MappedField

_STORED = ("kind", "many", "analyzer", "suggest", "sort")
_ASKED = ("boost", "facet", "histogram", "values", "requires_scope", "type_name")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reasons to build a new index, and changes that take effect at once."""

    reindex: tuple[str, ...]
    live: tuple[str, ...]


def compare(live: IndexMapping, wanted: IndexMapping) -> Comparison:
    """What differs between the mapping of an index and the wanted one.

    Fields, kinds, analysers and the template shape what is stored: they need a reindex. Boosts,
    facets and permissions only shape questions.
    """
    before, after = live.by_path(), wanted.by_path()
    reindex = [f"`{path}` is no longer selected" for path in before if path not in after]
    reindex += [f"`{path}` is new" for path in after if path not in before]
    asked: list[str] = []
    for path in before:
        if path in after:
            reindex += _changes(before[path], after[path], _STORED)
            asked += _changes(before[path], after[path], _ASKED)
    if live.root != wanted.root:
        reindex.append(f"the root is `{wanted.root}` instead of `{live.root}`")
    if not reindex and live.template_fingerprint != wanted.template_fingerprint:
        reindex.append("the template fetches something else")
    return Comparison(tuple(reindex), tuple(asked))


def with_live_options(live: IndexMapping, wanted: IndexMapping) -> IndexMapping:
    """The mapping of the live index with the questions' side of the wanted one."""
    after = wanted.by_path()
    return live.model_copy(update={"fields": tuple(_overlaid(one, after) for one in live.fields)})


def _overlaid(field: MappedField, after: dict[str, MappedField]) -> MappedField:
    changes: dict[str, object] = {"fields": tuple(_overlaid(one, after) for one in field.fields)}
    newer = after.get(field.path)
    if newer is not None and newer.kind is field.kind:
        changes |= {name: getattr(newer, name) for name in _ASKED}
    return field.model_copy(update=changes)


def _changes(before: MappedField, after: MappedField, names: tuple[str, ...]) -> list[str]:
    return [
        f"`{before.path}`: {name} {_shown(getattr(before, name))} → {_shown(getattr(after, name))}"
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
