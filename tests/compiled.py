"""Jitted views of the geometry modules: compiling every small operation by itself is what makes such tests slow."""

import inspect
import types
import typing
from collections.abc import Callable

import jax


def compiled(module: types.ModuleType) -> types.SimpleNamespace:
    """The public functions that `module` itself defines, jitted; numbers, strings and tuples are static."""
    return types.SimpleNamespace(
        **{
            name: _jitted(function)
            for name, function in inspect.getmembers(module, inspect.isfunction)
            if not name.startswith("_") and function.__module__ == module.__name__
        }
    )


def _jitted(function: Callable) -> Callable:
    parameters = inspect.signature(function).parameters.values()
    return jax.jit(function, static_argnames=[each.name for each in parameters if _is_static(each.annotation)])


def _is_static(annotation: typing.Any) -> bool:
    choices = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    plain = (int, float, bool, str, types.NoneType)
    return all(choice in plain or typing.get_origin(choice) is tuple for choice in choices)
