"""Printed ratios as rows of the model: each alone, against the rest of its whole, and all of one whole
together.

Bounds of amounts lose what ratios say of each other: in a unit of 50 万元 the last place of an amount moves a
share by 0.01 point, yet 37.46 % and 62.55 % of one whole are impossible in a unit of any size. So rows that
share a whole are added up here, where propagation alone would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from typing import NamedTuple

from xltools.editions.equation import Term
from xltools.reconcile.model import INFINITE, Row
from xltools.report import Ref


class Share(NamedTuple):
    """A printed ratio: ``scale * part / whole`` rounds to the figure at ``ratio`` (100 for a percentage).

    The figure itself is looked up in the report's or the extra figures. ``rest`` is the number of last
    places by which it may differ, where shares are closed to 100 and this one takes the rounding rest.
    Source: product rule that percentages are computed from 元, so a printed one is an interval test.
    """

    rule: str
    ratio: Ref
    part: tuple[Term, ...]
    whole: tuple[Term, ...]
    scale: int = 100
    rest: int = 0


Weighed = tuple[tuple[Share, int], ...]
"""Ratios that a row rests on, each with the coefficient at which its error enters: a ratio of p + d for p
adds 2·d·whole times the coefficient, d in units of its last place."""


class _Bound(NamedTuple):
    """``sum of terms <= high`` over figures, and the ratios it rests on."""

    terms: Mapping[Ref, int]
    high: int
    on: Weighed


def places_of(value: Decimal) -> int:
    """Places after the point, as printed."""
    return max(0, -int(value.as_tuple().exponent))


def add_shares(
    shares: Sequence[Share],
    figures: Mapping[Ref, Decimal],
    refs: list[Ref],
    index: dict[Ref, int],
    rows: list[Row],
) -> dict[int, Weighed]:
    """Append the rows of ``shares`` to ``rows`` and their new figures to ``refs`` and ``index``. Per row
    the ratios that it rests on; the first row of a ratio is its own lower bound. A ratio that is not
    among ``figures`` says nothing."""
    sums: dict[Ref, list[dict[Ref, int]]] = {}
    wholes = {share.whole[0].ref for share in shares if len(share.whole) == 1}
    for row in rows:
        if row.total >= 0 and refs[row.total] in wholes:
            sums.setdefault(refs[row.total], []).append({refs[x]: c for c, x in row.terms})
    printed = [share for share in shares if share.ratio in figures]
    bounds = {share: _bounds(share, figures[share.ratio]) for share in printed}
    found: dict[int, Weighed] = {}

    def add(bound: _Bound) -> None:
        terms = []
        for ref, coefficient in bound.terms.items():
            if ref not in index:
                index[ref] = len(refs)
                refs.append(ref)
            if coefficient:
                terms.append((coefficient, index[ref]))
        found[len(rows)] = bound.on
        rows.append(Row(bound.on[0][0].rule, tuple(sorted(terms, key=_cell)), -INFINITE, bound.high, -1))

    for share in printed:
        for bound in bounds[share]:
            add(bound)
        for total in _totals_with(share, sums):
            for bound in bounds[share]:
                add(_of_the_rest(bound, (share,), total))
    for group in _by_whole(printed, figures):
        for total in sums.get(group[0].whole[0].ref, ()):
            parts = [share for share in group if share.part[0].ref in total]
            if len(parts) > 1:
                for side in (0, 1):
                    together = _added(bounds[share][side] for share in parts)
                    add(_of_the_rest(together, parts, total))
    for first, second in _printed_twice(printed, figures):
        add(_added([bounds[first][0], bounds[second][1]]))
    return found


def _cell(term: tuple[int, int]) -> int:
    return term[1]


def _bounds(share: Share, value: Decimal) -> tuple[_Bound, _Bound]:
    """(p − ½)·whole ≤ scale·10ⁿ·part < (p + ½)·whole as two rows ≤; for a positive whole."""
    places = places_of(value)
    printed = int(value.scaleb(places))
    factor = 2 * share.scale * 10**places
    below, above = 2 * printed - 1 - 2 * share.rest, 2 * printed + 1 + 2 * share.rest
    lower: dict[Ref, int] = {}
    upper: dict[Ref, int] = {}
    for c, ref in share.whole:
        lower[ref] = lower.get(ref, 0) + below * c
        upper[ref] = upper.get(ref, 0) - above * c
    for c, ref in share.part:
        lower[ref] = lower.get(ref, 0) - factor * c
        upper[ref] = upper.get(ref, 0) + factor * c
    # Ties go away from zero, so the open end is the one farther from it (both at 0).
    return (
        _Bound(lower, -1 if printed <= 0 else 0, ((share, 1),)),
        _Bound(upper, -1 if printed >= 0 else 0, ((share, -1),)),
    )


def _of_the_rest(bound: _Bound, parts: Sequence[Share], total: Mapping[Ref, int]) -> _Bound:
    """The same said of the rest of the whole: ``whole − rest`` for the sum of ``parts``. Bounds of a
    large part say little about a small rest; this does."""
    whole = parts[0].whole[0].ref
    sign, gone = total[whole], {share.part[0].ref for share in parts}
    factor = bound.terms[parts[0].part[0].ref]
    terms = {ref: c for ref, c in bound.terms.items() if ref not in gone}
    # total: sign·whole − sign·(parts + others) = 0, so the parts are whole − others.
    for ref, c in total.items():
        if ref not in gone:
            terms[ref] = terms.get(ref, 0) + factor * sign * c
    return _Bound(terms, bound.high, bound.on)


def _added(bounds: Iterable[_Bound]) -> _Bound:
    terms: dict[Ref, int] = {}
    high = 0
    on: list[tuple[Share, int]] = []
    for bound in bounds:
        high += bound.high
        on += bound.on
        for ref, c in bound.terms.items():
            terms[ref] = terms.get(ref, 0) + c
    return _Bound(terms, high, tuple(on))


def _totals_with(share: Share, sums: Mapping[Ref, list[dict[Ref, int]]]) -> list[dict[Ref, int]]:
    """The sums of the whole that have the part in them."""
    if len(share.part) != 1 or len(share.whole) != 1:
        return []
    part, whole = share.part[0].ref, share.whole[0].ref
    return [total for total in sums.get(whole, ()) if part in total and part != whole]


def _by_whole(shares: Sequence[Share], figures: Mapping[Ref, Decimal]) -> list[list[Share]]:
    """Plain shares of one and the same whole with as many places, each part once."""
    groups: dict[object, dict[Ref, Share]] = {}
    for share in shares:
        if [coefficient for coefficient, _ in (*share.part, *share.whole)] == [1, 1]:
            places = places_of(figures[share.ratio])
            group = groups.setdefault((share.whole, share.scale, places), {})
            group.setdefault(share.part[0].ref, share)
    return [list(group.values()) for group in groups.values()]


def _printed_twice(shares: Sequence[Share], figures: Mapping[Ref, Decimal]) -> list[tuple[Share, Share]]:
    """Pairs of ratios of the same figures with as many places."""
    same: dict[object, list[Share]] = {}
    for share in shares:
        places = places_of(figures[share.ratio])
        same.setdefault((share.part, share.whole, share.scale, places), []).append(share)
    return [pair for group in same.values() for pair in permutations(group, 2)]
