"""What is printed above the tables: 金额单位 and the name of the entity; forms that print another unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xltools.amount import Unit
from xltools.editions import Form
from xltools.workbook.harvest import Harvest, Spot
from xltools.workbook.labels import entity, unit
from xltools.workbook.locate import Region

_KNOWN = frozenset(one.value for one in Unit)


class Units:
    """The 金额单位 on 封面 and above each form. ``unit`` is the report's, ``printed`` has them by form."""

    def __init__(self, regions: Sequence[Region], on_cover: str) -> None:
        self.regions = regions
        self.on_cover = on_cover
        self.printed = {region.plan.form.id: _unit(region) for region in regions}
        self.known = [name for name in (on_cover, *self.printed.values()) if name in _KNOWN]
        self.unit = Unit.YUAN if self.known and Unit.WAN not in self.known else Unit.WAN

    def tell(self, harvest: Harvest) -> Iterator[Form]:
        """Reports what differs; gives the forms in 元 among others in 万元, which are to be converted. A unit
        that none can read is told once: on 封面 where it stands there too, for it comes from there."""
        expected = self.on_cover if self.on_cover in _KNOWN else self.unit.value
        where = "封面为" if expected == self.on_cover else "其他表为" if self.known else "审核时当作"
        alike: dict[str, list[Region]] = {}
        for region in self.regions:
            name = self.printed[region.plan.form.id]
            if name and name not in (expected, self.on_cover):
                alike.setdefault(name, []).append(region)
        for name, regions in alike.items():
            facts = {"unit": name, "expected": expected, "where": where}
            if name not in _KNOWN:
                _report(harvest, "unit_unknown", regions, **facts)
                continue
            for region in regions:
                _report(harvest, "unit_differs", [region], **facts)
                if name == Unit.YUAN and Unit.WAN in self.printed.values():
                    yield region.plan.form


def _report(harvest: Harvest, kind: str, regions: Sequence[Region], **facts: str) -> None:
    spots = [Spot(region.grid.place(region.top, 0)) for region in regions]
    numbers = "、".join(region.plan.form.number for region in regions)
    which = "本表" if len(regions) == 1 else f"{len(regions)}张表（{numbers}）的"
    harvest.report(kind, regions[0].plan.form, spots, name=which, **facts)


def printed_entity(region: Region) -> str:
    """The name of the entity above a table."""
    return next((name for text in _texts(region) if (name := entity(text))), "")


def _unit(region: Region) -> str:
    """The 金额单位 above a table, also where label and unit stand in two cells."""
    texts = _texts(region)
    return next((name for text in (*texts, "".join(texts[-2:])) if (name := unit(text))), "")


def _texts(region: Region) -> list[str]:
    rows = region.grid.rows[region.top : region.head.first]
    return [cell for cells in rows for cell in cells if type(cell) is str and cell]
