"""Values as SAS shows them. The expected texts are those of the examples in SAS's reference, or follow from its rules."""

from __future__ import annotations

import pytest

from clintrail.transport.missing import tagged
from clintrail.transport.sas_formats import is_of_sas, shown

DAY = 23445.0  # 10 March 2024
MOMENT = DAY * 86400 + 30600.25  # 08:30:00.25 of that day


@pytest.mark.parametrize(
    ("value", "sas_format", "text"),
    [
        (DAY, "DATE9.", "10MAR2024"), (DAY, "DATE7.", "10MAR24"), (DAY, "DATE.", "10MAR24"), (DAY, "DATE5.", "10MAR"),
        (DAY, "DATE11.", "10-MAR-2024"), (DAY + 0.9, "DATE9.", "10MAR2024"), (-1.0, "DATE9.", "31DEC1959"), (0.0, "DATE9.", "01JAN1960"),
        (DAY, "E8601DA.", "2024-03-10"), (DAY, "B8601DA.", "20240310"), (DAY, "YYMMDD10.", "2024-03-10"), (DAY, "YYMMDD8.", "24-03-10"),
        (DAY, "YYMMDDN8.", "20240310"), (DAY, "DDMMYY10.", "10/03/2024"), (DAY, "DDMMYYP10.", "10.03.2024"), (DAY, "MMDDYY8.", "03/10/24"),
        (DAY, "MONYY7.", "MAR2024"), (DAY, "MONYY5.", "MAR24"), (DAY, "YEAR4.", "2024"),
        (MOMENT, "DATETIME20.", "10MAR2024:08:30:00"), (MOMENT, "DATETIME19.", "10MAR2024:08:30:00"),
        (MOMENT, "DATETIME18.", "10MAR24:08:30:00"), (MOMENT, "DATETIME.", "10MAR24:08:30:00"), (MOMENT, "DATETIME13.", "10MAR24:08:30"),
        (MOMENT, "DATETIME21.2", "10MAR2024:08:30:00.25"), (MOMENT, "DATETIME7.", "10MAR24"),
        (MOMENT, "E8601DT.", "2024-03-10T08:30:00"), (MOMENT, "E8601DT22.2", "2024-03-10T08:30:00.25"),
        (MOMENT, "B8601DT.", "20240310T083000"),
        (30600.0, "TIME5.", "8:30"), (30600.0, "TIME8.", "8:30:00"), (30600.5, "TIME10.1", "8:30:00.5"), (90000.0, "TIME8.", "25:00:00"),
        (-60.0, "TIME8.", "-0:01:00"), (30600.0, "TOD8.", "08:30:00"), (30600.0, "TOD5.", "08:30"), (30600.0, "HHMM5.", "8:30"),
        (30600.0, "E8601TM8.", "08:30:00"),
        (61.25, "8.1", "61.3"), (61.25, "8.2", "61.25"), (61.5, "8.", "62"), (-61.5, "F8.", "-62"), (0.5, "8.", "1"),
        (123456.0, "4.", "123456"), (1234567.891, "COMMA12.2", "1,234,567.89"), (1234.5, "DOLLAR10.2", "$1,234.50"), (7.0, "Z3.", "007"),
        (0.125, "PERCENT8.1", "12.5%"), (-0.5, "PERCENT8.", "(50%)"), (10.0, "", "10"), (1e-7, "BEST12.", "0.0000001"),
        (1e21, "", "1" + "0" * 21),
        (61.5, "SEXFMT8.", "61.5"), (9e9, "DATE9.", "9000000000"), (tagged("A"), "DATE9.", "A"), (tagged("_"), "", "_"),
        ("WEIGHT", "$3.", "WEI"), ("WEIGHT", "$20.", "WEIGHT"), ("WEIGHT", "", "WEIGHT"), (None, "$8.", ""),
    ],
)  # fmt: skip
def test_a_value_is_shown_by_its_format(value: float | str | None, sas_format: str, text: str) -> None:
    assert shown(value, sas_format) == text


@pytest.mark.parametrize("name", ["", "$", "F", "BEST", "DATE", "date", "YYMMDDN", "$CHAR", "E8601DT", "MONYY", "COMMA"])
def test_a_format_that_comes_with_sas_is_known(name: str) -> None:
    assert is_of_sas(name)


@pytest.mark.parametrize("name", ["SEXFMT", "$SEX", "DAT", "YYMMDDX"])
def test_every_other_format_is_a_users(name: str) -> None:
    assert not is_of_sas(name)
