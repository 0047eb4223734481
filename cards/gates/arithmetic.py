"""Evaluate the arithmetic of a claim by walking its syntax; nothing else can run.

Allowed: numbers, + - * / // % ** @, sum min max abs round range len, `math.`,
the listed names of `np.`, lists, indexing, and comprehensions over them. Sizes
are bounded, so that a typing error cannot hang the gate. NumPy is a development
package; it is imported when a claim names `np` and not before.
"""

import ast
import importlib
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

MAX_LENGTH = 2_000
MAX_STEPS = 2_000_000
MAX_SIZE = 1_000_000

Names = dict[str, Any]


class ArithmeticRefused(Exception):
    """The expression holds something that is not arithmetic, or has no finite value."""


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NUMPY_NAMES = """
    abs absolute arange argmax argmin argsort around array average ceil clip convolve corrcoef cos cosh cov
    cross cumprod cumsum diag diff divide dot e einsum exp expm1 eye floor full hypot interp kron linspace log
    log10 log1p log2 logaddexp max maximum mean median min minimum ones outer percentile pi power prod ptp
    quantile round sign sin sinh sort sqrt square std sum tan tanh trace transpose trapezoid triu tril unique
    var vdot where zeros linalg float64 float32 int64"""
_NUMPY = frozenset(_NUMPY_NAMES.split())
_LINALG_NAMES = "cholesky cond det eigvals eigvalsh eigh inv lstsq matrix_rank norm pinv qr solve svd svdvals"
_LINALG = frozenset(_LINALG_NAMES.split())


def evaluate(expression: str) -> float:
    """Return the expression's value; raise ArithmeticRefused if it has no finite one."""
    if len(expression) > MAX_LENGTH:
        raise ArithmeticRefused(f"has {len(expression)} characters; allowed: {MAX_LENGTH}")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        value = float(_Walker().visit(tree.body, {}))
    except ArithmeticRefused:
        raise
    except (
        SyntaxError,
        ArithmeticError,
        TypeError,
        ValueError,
        LookupError,
        RecursionError,
        MemoryError,
    ) as error:
        raise ArithmeticRefused(f"cannot be evaluated: {error}") from error
    if not math.isfinite(value):
        raise ArithmeticRefused(f"is {value}, which is no number")
    return value


def _factorial(count: int) -> int:
    if count > 5_000:
        raise ArithmeticRefused("takes the factorial of more than 5,000")
    return math.factorial(count)


def _comb(total: int, chosen: int) -> int:
    if min(chosen, total - chosen) > 5_000:
        raise ArithmeticRefused("counts more than 5,000 chosen")
    return math.comb(total, chosen)


def _perm(total: int, chosen: int | None = None) -> int:
    if (total if chosen is None else chosen) > 5_000:
        raise ArithmeticRefused("counts more than 5,000 chosen")
    return math.perm(total, chosen)


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_SIZE:
        raise ArithmeticRefused(f"ranges over more than {MAX_SIZE}")
    return found


def _power(base: Any, exponent: Any) -> Any:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and abs(base).bit_length() * abs(exponent) > 100_000:
        raise ArithmeticRefused("has a power that is too large")
    return base**exponent


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, Sequence) or isinstance(right, Sequence):
        raise ArithmeticRefused("multiplies a list")
    return left * right


_CALLS: Names = {
    "sum": sum,
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "range": _range,
    "len": len,
    "float": float,
    "int": int,
    "zip": zip,
    "enumerate": enumerate,
}
_MATH: Names = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
_MATH |= {"factorial": _factorial, "comb": _comb, "perm": _perm, "pow": _power}


class _Walker:
    """Evaluate one expression; each node is a step."""

    def __init__(self) -> None:
        self.steps = 0

    def visit(self, node: ast.expr, names: Names) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ArithmeticRefused(f"takes more than {MAX_STEPS} steps")
        method = getattr(self, f"visit_{type(node).__name__.lower()}", None)
        if method is None:
            raise ArithmeticRefused(f"holds {ast.unparse(node)!r}, which is not arithmetic")
        return method(node, names)

    def visit_constant(self, node: ast.Constant, names: Names) -> Any:
        if type(node.value) not in (int, float):
            raise ArithmeticRefused(f"holds {node.value!r}, which is no number")
        return node.value

    def visit_binop(self, node: ast.BinOp, names: Names) -> Any:
        left, right = self.visit(node.left, names), self.visit(node.right, names)
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
        if isinstance(node.op, ast.Mult):
            return _multiply(left, right)
        if type(node.op) not in _BINARY:
            raise ArithmeticRefused(f"holds {ast.unparse(node)!r}, which is not arithmetic")
        return _BINARY[type(node.op)](left, right)

    def visit_unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        if type(node.op) not in _UNARY:
            raise ArithmeticRefused(f"holds {ast.unparse(node)!r}, which is not arithmetic")
        return _UNARY[type(node.op)](self.visit(node.operand, names))

    def visit_compare(self, node: ast.Compare, names: Names) -> Any:
        """Allow one comparison: it selects or counts within a comprehension."""
        compare = _COMPARE.get(type(node.ops[0]))
        if compare is None or len(node.ops) > 1:
            raise ArithmeticRefused(f"holds {ast.unparse(node)!r}, which is not arithmetic")
        return compare(self.visit(node.left, names), self.visit(node.comparators[0], names))

    def visit_list(self, node: ast.List | ast.Tuple, names: Names) -> list[Any]:
        return [self.visit(item, names) for item in node.elts]

    visit_tuple = visit_list

    def visit_subscript(self, node: ast.Subscript, names: Names) -> Any:
        at = self.visit(node.slice, names)
        return self.visit(node.value, names)[tuple(at) if isinstance(at, list) else at]

    def visit_name(self, node: ast.Name, names: Names) -> Any:
        if node.id in names:
            return names[node.id]
        raise ArithmeticRefused(f"names {node.id!r}; allowed: math., np., {', '.join(_CALLS)}")

    def visit_attribute(self, node: ast.Attribute, names: Names) -> Any:
        path = ast.unparse(node)
        root, _, name = path.partition(".")
        if root == "math" and name in _MATH:
            return _MATH[name]
        if root == "np" and (name in _NUMPY or (name.startswith("linalg.") and name[7:] in _LINALG)):
            return _numpy(name)
        raise ArithmeticRefused(f"names {path!r}, which is not on the list of arithmetic")

    def visit_call(self, node: ast.Call, names: Names) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            call = _CALLS[node.func.id]
        elif isinstance(node.func, ast.Attribute):
            call = self.visit(node.func, names)
        else:
            raise ArithmeticRefused(f"calls {ast.unparse(node.func)!r}, which is not arithmetic")
        given = [self.visit(arg, names) for arg in node.args]
        named = {word.arg: self.visit(word.value, names) for word in node.keywords if word.arg}
        for value in (*given, *named.values()):
            if ast.unparse(node.func).startswith("np.") and type(value) is int and abs(value) > MAX_SIZE:
                raise ArithmeticRefused(f"gives np a size over {MAX_SIZE}; write {value}.0 if it is a value")
        return call(*given, **named)

    def visit_listcomp(self, node: ast.ListComp | ast.GeneratorExp, names: Names) -> list[Any]:
        return list(self._comprehension(node.elt, node.generators, names))

    visit_generatorexp = visit_listcomp

    def _comprehension(self, item: ast.expr, loops: list[ast.comprehension], names: Names) -> Iterator[Any]:
        if not loops:
            yield self.visit(item, names)
            return
        for value in self.visit(loops[0].iter, names):
            inner = names | _bound(loops[0].target, value)
            if all(self.visit(test, inner) for test in loops[0].ifs):
                yield from self._comprehension(item, loops[1:], inner)


def _bound(target: ast.expr, value: Any) -> Names:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple):
        pairs = zip(target.elts, value, strict=True)
        return {name: each for inner, part in pairs for name, each in _bound(inner, part).items()}
    raise ArithmeticRefused("binds something that is no name")


def _numpy(name: str) -> Any:
    """Return a name of NumPy; say clearly where NumPy is not installed."""
    try:
        found = importlib.import_module("numpy")
    except ImportError as error:
        raise ArithmeticRefused("needs NumPy: install requirements/dev.txt") from error
    for part in name.split("."):
        found = getattr(found, part)
    return found
