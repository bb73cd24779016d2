"""Solids by name: conductivity over temperature, density and heat capacity, with their sources.

"Table A.1" is the appendix of Incropera et al., Fundamentals of Heat and Mass Transfer, read in public copies of it; its values
for pure metals are those recommended by Touloukian, Powell, Ho & Klemens (1970). Density and heat capacity are those at 20
to 27 degC.
"""

from dataclasses import dataclass

TABLE_A1 = "Incropera et al., Fundamentals of Heat and Mass Transfer, table A.1"
_AT = (200.0, 300.0, 400.0, 600.0)


@dataclass(frozen=True)
class SolidData:
    """A solid as its source has it.

    Attributes:
        names: what it is called in a case, the first of them also in reports.
        conductivity: at the temperatures (W/(m K)); a single value holds from the first to the last of them.
        temperatures: of the conductivity (K).
        density: kg/m3.
        heat_capacity: J/(kg K).
        source: where the values come from.
        status: what kind of source that is, as in cases.
    """

    names: tuple[str, ...]
    conductivity: tuple[float, ...]
    temperatures: tuple[float, ...]
    density: float
    heat_capacity: float
    source: str
    status: str = "published"


SOLIDS = (
    SolidData(
        ("copper", "Cu-OF", "Cu-ETP", "C10200", "C11000", "C1020", "C1100", "CW008A", "CW004A"),
        (435.0, 394.0, 385.0, 381.0, 377.0),
        (173.15, 293.15, 373.15, 473.15, 573.15),
        8920.0,
        386.0,
        "Copper Development Association, Introduction to Copper: Fact Sheets (2001); data sheets of Cu-ETP have 390 to 393 "
        "W/(m K) at 20 degC",
    ),
    SolidData(("pure copper",), (413.0, 401.0, 393.0, 379.0), _AT, 8933.0, 385.0, f"{TABLE_A1}, copper, pure"),
    SolidData(
        ("aluminium", "aluminum"), (237.0, 237.0, 240.0, 231.0), _AT, 2702.0, 903.0, f"{TABLE_A1}, aluminium, pure"
    ),
    SolidData(
        ("aluminium 6061-T6", "6061-T6", "EN AW-6061"),
        (167.0,),
        (253.15, 423.15),
        2700.0,
        897.0,
        "Aluminum Association, typical at 25 degC, as in suppliers' sheets (166 to 167 W/(m K)); NIST's fit to 300 K is 7 % "
        "lower; held over the range",
        "datasheet",
    ),
    SolidData(
        ("aluminium 6063-T5", "6063-T5"),
        (209.0,),
        (253.15, 423.15),
        2700.0,
        900.0,
        "Aluminum Association, typical at 25 degC, as in suppliers' sheets; held over the range",
        "datasheet",
    ),
    SolidData(
        ("aluminium 6063-T6", "6063-T6", "6063"),
        (200.0,),
        (253.15, 423.15),
        2700.0,
        900.0,
        "Aluminum Association, typical at 20 degC, as in suppliers' sheets; held over the range",
        "datasheet",
    ),
    SolidData(
        ("stainless steel 304", "304", "304L", "1.4301", "1.4307"),
        (12.6, 14.9, 16.6, 19.8),
        _AT,
        7900.0,
        477.0,
        f"{TABLE_A1}, AISI 304; EN 10088-1 has 15 W/(m K) at 20 degC",
    ),
    SolidData(
        ("stainless steel 316L", "stainless steel 316", "316", "316L", "1.4401", "1.4404"),
        (13.4, 15.2, 18.3),
        (300.0, 400.0, 600.0),
        8238.0,
        468.0,
        f"{TABLE_A1}, AISI 316; EN 10088-1 has 15 W/(m K) at 20 degC",
    ),
    SolidData(("silicon",), (264.0, 148.0, 98.9, 61.9), _AT, 2330.0, 712.0, f"{TABLE_A1}, silicon, undoped"),
    SolidData(("nickel",), (107.0, 90.7, 80.2, 65.6), _AT, 8900.0, 444.0, f"{TABLE_A1}, nickel, pure"),
    SolidData(
        ("brass", "cartridge brass", "C26000", "CuZn30"),
        (95.0, 110.0, 137.0, 149.0),
        _AT,
        8530.0,
        380.0,
        f"{TABLE_A1}, cartridge brass, 70 % Cu, 30 % Zn",
    ),
    SolidData(("tungsten",), (186.0, 174.0, 159.0, 137.0), _AT, 19300.0, 132.0, f"{TABLE_A1}, tungsten, pure"),
    SolidData(
        ("CuCrZr", "C18150", "CW106C"),
        (346.3, 346.4, 346.5, 346.3, 348.9),
        (293.15, 300.0, 400.0, 500.0, 600.0),
        8900.0,
        390.0,
        "polynomial of FESTIM's monoblock case, 312.969 + 0.257678 T - 6.4511e-4 T2 + 5.2578e-7 T3; density and heat capacity "
        "assumed, near those of copper",
    ),
    SolidData(
        ("indium",),
        (82.0,),
        (253.15, 423.15),
        7300.0,
        233.0,
        "periodic tables of elements, 82 to 84 W/(m K) at 20 to 27 degC; held over the range; melts at 156.6 degC",
    ),
)
