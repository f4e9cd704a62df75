"""Checks that a resolver makes before it works, and permission classes for fields."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.permission import BasePermission

from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import PermissionDenied, Unauthenticated
from reelgraph_kit.identity import Identity


def require_member(context: Context[Any]) -> str:
    """Return the signed-in member's id; raises `Unauthenticated` for anybody else."""
    identity = context.identity
    if not identity.is_member or identity.subject is None:
        raise Unauthenticated("Sign in first.")
    return identity.subject


def require_profile(context: Context[Any]) -> str:
    """Return the selected profile's id; raises when nobody is signed in or none is selected."""
    require_member(context)
    if context.identity.profile is None:
        raise PermissionDenied("Select a profile first.")
    return context.identity.profile


def require_service(context: Context[Any]) -> str:
    """Return the calling service's name; raises `PermissionDenied` for anybody else."""
    identity = context.identity
    if not identity.is_service or identity.subject is None:
        raise PermissionDenied("Only services may do this.")
    return identity.subject


def require_scope(context: Context[Any], scope: str) -> Identity:
    """Return the caller if it has a scope; raises `Unauthenticated` or `PermissionDenied`."""
    identity = context.identity
    if identity.has_scope(scope):
        return identity
    if identity.kind == "anonymous":
        raise Unauthenticated("Sign in first.")
    raise PermissionDenied(f"This needs the scope {scope}.", scope=scope)


class IsMember(BasePermission):
    """Field permission: a member is signed in."""

    def has_permission(
        self, source: Any, info: strawberry.Info[Context[Any], None], **kwargs: Any
    ) -> bool:
        """Pass or raise `Unauthenticated`."""
        require_member(info.context)
        return True


def has_scope(scope: str) -> type[BasePermission]:
    """Make a field permission: the caller has `scope`."""

    class HasScope(BasePermission):
        def has_permission(
            self, source: Any, info: strawberry.Info[Context[Any], None], **kwargs: Any
        ) -> bool:
            require_scope(info.context, scope)
            return True

    return HasScope
