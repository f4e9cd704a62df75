"""Find the hooks that a setting names by import path."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import fields

from reelgraph_router.configuration import ConfigurationError
from reelgraph_router.hooks import Hooks


class HooksError(ConfigurationError):
    """The hooks cannot be loaded; the text says why and what to do."""


def load_hooks(path: str) -> Hooks:
    """The hooks at `package.module:object`, none for an empty path; raises HooksError.

    The object is a `Hooks`, or a callable without parameters that returns one. Modules are looked for
    in the working directory, too.
    """
    if not path:
        return Hooks()
    name, colon, attribute = path.partition(":")
    if not colon or not name or not attribute:
        raise HooksError(f'hooks="{path}" must have the form package.module:object.')
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    found = _attribute(path, name, attribute)
    if not isinstance(found, Hooks) and callable(found):
        try:
            found = found()
        except Exception as error:
            raise HooksError(f'hooks="{path}": calling it failed: {_words(error)}') from error
    if not isinstance(found, Hooks):
        raise HooksError(
            f'hooks="{path}" is {type(found).__name__}, not reelgraph_router.hooks.Hooks '
            "nor a callable that returns one."
        )
    check_hooks(path, found)
    return found


def _attribute(path: str, name: str, attribute: str) -> object:
    try:
        module = importlib.import_module(name)
    except Exception as error:
        raise HooksError(f'hooks="{path}": cannot import {name}: {_words(error)}') from error
    found: object = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise HooksError(f'hooks="{path}": {name} has no {attribute}.')
        found = getattr(found, part)
    return found


def check_hooks(path: str, hooks: Hooks) -> None:
    """Raise HooksError naming the stage whose hooks are no tuple of callables."""
    for one in fields(hooks):
        value = getattr(hooks, one.name)
        if one.default is None:
            if value is not None and not callable(value):
                raise HooksError(f'hooks="{path}": {one.name} must be a callable.')
        elif not isinstance(value, tuple) or not all(callable(hook) for hook in value):
            raise HooksError(f'hooks="{path}": {one.name} must be a tuple of callables.')


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
