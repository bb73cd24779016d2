"""UFL under the first releases of Python 3.13: keeps no mesh alive.

There `functools.singledispatchmethod` caches a method for every object it was called on, and never forgets one
(https://github.com/python/cpython/issues/127750; taken out again later). UFL dispatches its derivatives by it, so that every
form once compiled would hold its functions, mesh and MPI communicators until the process ends. Of the latter MPICH has 2048;
beyond, DOLFINx crashes. The cache is switched off by `None`, which is also what Python does where it cannot be used.
"""

from functools import singledispatchmethod
from inspect import getmembers_static

from ufl.algorithms import apply_coefficient_split, apply_derivatives  # noqa: F401  (defines traversers)
from ufl.corealg.dag_traverser import DAGTraverser


def _with_subclasses(kind: type) -> list[type]:
    subclasses: list[type] = kind.__subclasses__()
    return [kind, *(found for each in subclasses for found in _with_subclasses(each))]


def forget_dispatched() -> int:
    """Switch that cache off for all of UFL's traversers; on how many methods (zero where Python has no such cache)."""
    caches = 0
    for kind in _with_subclasses(DAGTraverser):
        for _, member in getmembers_static(kind, lambda m: isinstance(m, singledispatchmethod)):
            if getattr(member, "_method_cache", None) is not None:
                member._method_cache = None
                caches += 1
    return caches
