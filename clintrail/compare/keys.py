"""The keys by which records are paired: those asked for, those that the data's define or file states, those usual in the standards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clintrail.compare.align import Alignment, by_keys, by_position
from clintrail.compare.columns import Pair
from clintrail.errors import Problems
from clintrail.standards import adam_dataset, sdtm_dataset
from clintrail.transport.dataset import Dataset
from clintrail.transport.safe_xml import parse_xml

_STRUCTURES = ("ADSL", "BDS", "TTE", "OCCDS", "AE")
_STUDY = "STUDYID"
_SUBJECT = (_STUDY, "USUBJID")


@dataclass(frozen=True)
class Keys:
    """Names of key variables, none: records are paired by their number; and in words why these."""

    names: tuple[str, ...]
    why: str


BY_NUMBER = Keys((), "no usual key is unique in both")


def choose(
    stated: Iterable[Keys],
    usual: Iterable[Keys],
    known: Collection[str],
    pair: Callable[[str], Pair],
    counts: tuple[int, int],
    examples: int,
) -> tuple[Keys, Alignment]:
    """The first keys that fit, and the records that belong together by them. `known` are the variables that both sides have.

    What is stated is used as far as both have the variables, even where a key repeats; what is only usual must be there whole
    (but for the study, which tells no records apart) and unique in both.
    """
    for keys in stated:
        names = tuple(name for name in keys.names if name in known)
        if names:
            lacking = [name for name in keys.names if name not in known]
            why = keys.why + (f", without {', '.join(lacking)}, which not both have" if lacking else "")
            return Keys(names, why), by_keys([pair(name) for name in names], examples)
    for keys in usual:
        names = tuple(name for name in keys.names if name in known or name != _STUDY)
        if all(name in known for name in names):
            found = by_keys([pair(name) for name in names], examples)
            if not found.repeats_a.keys and not found.repeats_b.keys:
                return Keys(names, keys.why), found
    return BY_NUMBER, by_position(*counts)


def usual_keys(name: str) -> Iterator[Keys]:
    """Keys that the standards make usual for a dataset of this name: --SEQ within the subject, then the guide's own.

    Source: SDTMIG 3.4, table of datasets in section 3.2.1; ADaMIG 1.3 and OCCDS 1.1 by structure.
    """
    if name.startswith("AD"):
        yield Keys((*_SUBJECT, "ASEQ"), "usual in ADaM")
        yield from (Keys(adam_dataset(structure).keys, f"usual for {structure} in ADaM") for structure in _STRUCTURES)
        return
    info = sdtm_dataset(name)
    for domain in dict.fromkeys((name, name[:2])):
        yield Keys((*_SUBJECT, f"{domain}SEQ"), "usual in SDTM")
    if info and info.keys:
        yield Keys(info.keys, "usual in SDTM")


def file_keys(dataset: Dataset) -> tuple[str, ...]:
    """The keys that a dataset's own file states (Dataset-JSON: keySequence)."""
    numbered = sorted((variable.key, variable.name) for variable in dataset.variables if variable.key)
    return tuple(name for _, name in numbered)


def define_keys(path: Path) -> dict[str, tuple[str, ...]] | None:
    """The key variables of each dataset of a define.xml, any version, by KeySequence; None where there is a file that cannot be read.

    Source: Define-XML 2.1, ItemRef.
    """
    if not path.is_file():
        return {}
    try:
        tree = parse_xml(path)
    except Problems:
        return None
    names = {item.get("OID"): item.get("Name", "") for item in tree.iterfind(".//{*}ItemDef")}
    found = {}
    for group in tree.iterfind(".//{*}ItemGroupDef"):
        refs = [(ref.get("KeySequence", ""), names.get(ref.get("ItemOID"), "")) for ref in group.iterfind("{*}ItemRef[@KeySequence]")]
        numbered = sorted((int(number), name) for number, name in refs if number.isdigit() and name)
        found[group.get("Name", "").upper()] = tuple(name for _, name in numbered)
    return {name: keys for name, keys in found.items() if keys}
