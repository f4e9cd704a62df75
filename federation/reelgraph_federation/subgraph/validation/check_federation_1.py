"""A Federation 1 extension says something: not only external fields that nothing uses.

Checked before the upgrade removes such fields.
"""

from __future__ import annotations

from ..document import TypeDef
from ..schema import SubgraphSchema


def report_only_unused_externals(schema: SubgraphSchema, type_def: TypeDef) -> None:
    """Report a type from which the upgrade would remove every field."""
    message = f'"{type_def.name}" has only @external fields that nothing uses'
    schema.report("TYPE_WITH_ONLY_UNUSED_EXTERNAL", message, type_def.name, type_def.at)
