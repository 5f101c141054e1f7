"""The Logging query language: a filter's text becomes a test of log entries.

Source: https://cloud.google.com/logging/docs/view/logging-query-language; grammar in `query.lark`.
"""

from __future__ import annotations

from collections.abc import Callable

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from emulator.audit import comparisons, functions
from emulator.audit.comparisons import Predicate
from emulator.audit.fields import Field
from emulator.audit.literals import Literal
from emulator.audit.tokens import field_of, literal_of, place_of
from emulator.errors import ServiceError, invalid

MAX_LENGTH = 20_000

# The basic lexer: operators in capitals are operators everywhere, never search terms.
_PARSER = Lark.open(
    "query.lark", rel_to=__file__, parser="lalr", lexer="basic", maybe_placeholders=False
)

# A right-hand side: told how to test for one value, it gives the test for all of its values.
Operand = Callable[[Callable[[Literal], Predicate]], Predicate]


def compile_filter(text: str) -> Predicate:
    """The test of a filter; ServiceError INVALID_ARGUMENT says where the text is wrong."""
    if len(text) > MAX_LENGTH:
        raise invalid(f"Unparseable filter: {len(text)} characters, of at most {MAX_LENGTH}")
    try:
        test: Predicate = _Compiler().transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        raise invalid(_syntax_error(error, text)) from error
    except RecursionError as error:
        raise invalid("Unparseable filter: nested too deeply") from error
    except VisitError as error:
        if isinstance(error.orig_exc, ServiceError):
            raise error.orig_exc from error
        raise
    return test


def _syntax_error(error: UnexpectedInput, text: str) -> str:
    line, column, found = error.line, error.column, "end of filter"
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        found = f"token '{error.token}'"
    elif isinstance(error, UnexpectedCharacters):
        found = f"token '{error.char}'"
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    return f"Unparseable filter: syntax error at line {line}, column {column}, {found}"


class _Compiler(Transformer[Token, Predicate]):
    """Turns the parse tree into predicates, from the leaves up."""

    def start(self, parts: list[Predicate]) -> Predicate:
        return parts[0] if parts else lambda _: True

    def conjunction(self, parts: list[Predicate]) -> Predicate:
        return comparisons.every(parts)

    def disjunction(self, parts: list[Predicate]) -> Predicate:
        return comparisons.some(parts)

    def negation(self, parts: list[Predicate]) -> Predicate:
        return comparisons.negated(parts[0])

    def field(self, parts: list[Token]) -> Field:
        return field_of(parts[0])

    def literal(self, parts: list[Token]) -> Literal:
        return literal_of(parts[0])

    def negative_number(self, parts: list[Token]) -> Literal:
        return Literal(f"-{parts[0]}", quoted=False)

    def comparison(self, parts: tuple[Field, Token, Literal | Operand]) -> Predicate:
        field, sign, operand = parts
        place = place_of(sign)
        return _operand(operand)(
            lambda literal: comparisons.comparison(field, sign, literal, place)
        )

    def presence(self, parts: tuple[Field, Token, Token]) -> Predicate:
        field, sign, star = parts
        if sign != ":":
            raise invalid(f"Unparseable filter: syntax error at {place_of(star)}, token '*'")
        return field.present

    def operand_conjunction(self, parts: list[Literal | Operand]) -> Operand:
        operands = [_operand(part) for part in parts]
        return lambda test: comparisons.every(operand(test) for operand in operands)

    def operand_disjunction(self, parts: list[Literal | Operand]) -> Operand:
        operands = [_operand(part) for part in parts]
        return lambda test: comparisons.some(operand(test) for operand in operands)

    def operand_negation(self, parts: list[Literal | Operand]) -> Operand:
        operand = _operand(parts[0])
        return lambda test: comparisons.negated(operand(test))

    def global_restriction(self, parts: list[Literal]) -> Predicate:
        return comparisons.anywhere(parts[0])

    def call(self, parts: list[Token]) -> Predicate:
        name, *arguments = parts
        return functions.call(name, arguments)

    def call_comparison(self, parts: tuple[Predicate, Token, object]) -> Predicate:
        raise invalid(
            f"Unparseable filter: this function cannot be compared, at {place_of(parts[1])}"
        )


def _operand(part: Literal | Operand) -> Operand:
    if not isinstance(part, Literal):
        return part
    return lambda test: test(part)
