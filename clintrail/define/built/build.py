"""A built study as a define document: everything that the spec, the guide, the lineage and the data say of its datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from clintrail.compile.study import CompiledStudy
from clintrail.define import usual
from clintrail.define.built.analyses import analysed_displays
from clintrail.define.built.documents import Documents
from clintrail.define.built.facts import constant_of, default_version, stated_by_branch, stated_digits, why_empty
from clintrail.define.built.methods import Methods, copied_records
from clintrail.define.built.origins import SOURCE_OF, Origins, Trace, stated_origin
from clintrail.define.built.sites import Part, Sites
from clintrail.define.built.terms import DOMAINS, Terms, parameters, terminology_standard
from clintrail.define.built.value_level import Slice, Slicer, item_label, wants_values, where_clauses
from clintrail.define.built.values import Measured, measure
from clintrail.define.model import (
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    DocumentRef,
    Origin,
    Standard,
    ValueListItem,
)
from clintrail.define.usual import Kind, is_yes
from clintrail.run.datasets import BuiltDataset, BuiltVariable, of_kind

# The publishing set of the terminology of each kind.
_SETS: Mapping[Kind, str] = {"sdtm": "SDTM", "adam": "ADaM"}


def build_define(compiled: CompiledStudy, datasets: Mapping[str, BuiltDataset], kind: Kind) -> DefineDocument:
    """The define document of a study's SDTM or ADaM datasets.

    Origins, methods and value-level metadata follow from the lineage of the rules that ran, types and lengths from the data.
    Source: CDISC Define-XML Specification 2.1.
    """
    return _Writer(compiled, datasets, kind).document()


@dataclass(frozen=True)
class _Facts:
    """What a value-level item, or a variable, says of its values."""

    measured: Measured
    origins: tuple[Origin, ...]
    method: str
    codelist: str
    branch: int | None = None

    @property
    def essence(self) -> tuple[object, ...]:
        """What makes an item of its own: not the names of the raw columns, which a variable can list."""
        return self.measured, tuple((o.type, o.source) for o in self.origins), self.method, self.codelist, self.branch


class _Writer:
    def __init__(self, compiled: CompiledStudy, datasets: Mapping[str, BuiltDataset], kind: Kind) -> None:
        self.compiled, self.study, self.kind = compiled, compiled.study, kind
        self.all, self.datasets = datasets, list(of_kind(datasets, kind))
        self.sites = Sites(compiled)
        self.origins = Origins(compiled, self.sites)
        self.documents = Documents(self.study)
        self.methods = Methods(self.sites, self.origins, self.documents)
        self.terms = Terms(compiled.codelists, dict(self.study.standards))
        self.comments: dict[str, Comment] = {}
        guide = usual.GUIDES[kind]
        self.guide = Standard(guide, "IG", self.study.standards.get(guide, default_version(guide, self.datasets)))

    def document(self) -> DefineDocument:
        """The whole document."""
        made = tuple(self._dataset(dataset) for dataset in self.datasets)
        codelists = self.terms.codelists()
        displays = analysed_displays(self.study, self.documents, self.comments) if self.kind == "adam" else ()
        used = {method for d in made for v in d.variables for method in (v.method, *(item.method for item in v.values))}
        methods = tuple(method for id_, method in self.methods.made.items() if id_ in used)
        return DefineDocument(
            study_oid=f"ST.{self.study.name}",
            study_name=self.study.name,
            study_description=self.study.title,
            protocol_name=self.study.protocol,
            creation_datetime=self.study.created or usual.NO_DATE,
            metadata_version_name=usual.NAMES[self.kind],
            metadata_version_description=f"{usual.NAMES[self.kind]} ({self.guide.name} {self.guide.version}) of study {self.study.name}",
            standards=self._standards(),
            datasets=made,
            codelists=codelists,
            methods=methods,
            comments=tuple(self.comments.values()),
            documents=self.documents.documents(with_crf=self.kind == "sdtm"),
            source_system="clintrail",
            displays=displays,
        )

    def _standards(self) -> tuple[Standard, ...]:
        """The guide, the terminology of its kind, and the packages of the lists in use."""
        known = self.compiled.codelists.terminology.packages
        packages = [terminology_standard(p.standard, p.version) for p in known if p.standard == _SETS[self.kind]]
        return tuple(dict.fromkeys((self.guide, *packages, *self.terms.standards())))

    # -- datasets ------------------------------------------------------------------------------------------------------------

    def _dataset(self, dataset: BuiltDataset) -> DefineDataset:
        plan, info, facts = dataset.plan, dataset.info, dataset.spec.facts
        follows_guide = self.kind == "adam" or info.standard.startswith(self.guide.name)
        names = set(plan.variables)
        comment = plan.comment
        if not follows_guide and not comment:
            comment = f"{self.guide.name} has no table for this domain, which is made from the class {plan.class_name} of {info.standard}."
        return DefineDataset(
            name=plan.name,
            label=plan.label,
            class_name=plan.class_name,
            subclass=facts.get("subclass", info.subclass),
            structure=plan.structure,
            variables=tuple(self._variable(dataset, variable) for variable in dataset.variables),
            keys=tuple(key for key in dict.fromkeys(plan.keys) if key in names),
            purpose=usual.PURPOSES[self.kind],
            domain=facts.get("domain", usual.domain(plan.name, usual.PURPOSES[self.kind])),
            domain_description=facts.get("domain_description", ""),
            repeating=is_yes(facts.get("repeating"), info.repeating and not info.reference_data),  # Define-XML 2.1, section 5.3.11
            is_reference_data=is_yes(facts.get("reference_data"), info.reference_data),
            has_no_data=dataset.table.num_rows == 0,
            standard=self.guide,  # a domain made from a class of the model follows the guide too (SDTMIG 3.4, section 2.6)
            archive_location=usual.file(plan.name, has_no_data=False),
            comment=self._comment(plan.name, comment),
            developer_notes=facts.get("notes", ""),
        )

    def _comment(self, id_: str, text: str) -> str:
        """The id of a comment: of the one that the study declares under this name, or a new one with this text."""
        declared = self.study.comments.get(text)
        if declared is not None:
            self.comments[text] = Comment(text, " ".join(declared.words.split()), self.documents.refs(declared.documents))
            return text
        if text:
            self.comments[id_] = Comment(id_, " ".join(text.split()))
        return id_ if text else ""

    # -- variables -----------------------------------------------------------------------------------------------------------

    def _variable(self, dataset: BuiltDataset, variable: BuiltVariable) -> DefineVariable:
        values, parts = dataset.table[variable.name], self._parts(dataset, variable.name)
        empty = values.null_count == len(values)
        items = self._items(dataset, variable, parts)
        by_list = len({item.codelist for item in items}) > 1
        facts = self._facts(dataset, variable, parts, None, values, with_codelist=not by_list)
        if items and len({tuple(o.type for o in item.origins) for item in items}) > 1:
            facts = replace(facts, origins=(), method="")  # said item by item
        elif items and facts.method:
            facts = replace(facts, method=items[0].method if len({item.method for item in items}) == 1 else "")
        text = variable.attributes.get("comment", "") or (why_empty(variable, self.guide, facts.origins) if empty else "")
        return DefineVariable(
            name=variable.name,
            data_type=facts.measured.type,
            label=variable.label,
            length=facts.measured.length,
            significant_digits=stated_digits(variable.attributes, facts.measured.digits),
            display_format=variable.format,
            mandatory=is_yes(variable.attributes.get("mandatory"), variable.core == "Req" and values.null_count == 0),
            codelist=facts.codelist,
            origins=facts.origins,
            method=facts.method,
            comment=self._comment(f"{dataset.name}.{variable.name}", text),
            has_no_data=empty,
            is_non_standard=self.kind == "sdtm" and dataset.info.variable(variable.name) is None,
            role=variable.role if self.kind == "sdtm" else "",
            values=items,
            assigned_value=constant_of(parts),
            developer_notes=variable.attributes.get("notes", ""),
        )

    def _parts(self, dataset: BuiltDataset, name: str) -> tuple[Part, ...]:
        return self.sites.parts(dataset.plan.frame, name)

    def _facts(
        self,
        dataset: BuiltDataset,
        variable: BuiltVariable,
        parts: Sequence[Part],
        cut: Slice | None,
        values: pa.ChunkedArray,
        *,
        with_codelist: bool = True,
    ) -> _Facts:
        """Type, origin, method and code list of these values, which these rules made."""
        trace = self.origins.of_parts(parts, cut.line if cut else None)
        attributes = self._attributes(variable, cut)
        origins = self._origins(attributes, trace)
        derived = any(origin.type == "Derived" for origin in origins)
        declared = self.study.methods.get(attributes.get("method", ""))
        copies = copied_records(dataset, variable.name, cut)
        method = self.methods.of(dataset.name, variable.name, parts, copies, declared) if derived or declared else ""
        own = attributes.get("codelist", "") if cut else ""
        codelist = self._codelist(dataset, variable, own, trace, values) if with_codelist else ""
        stated = int(stated_by_branch(cut).get("length", 0)) if cut else variable.length
        numeric = cut is not None and variable.name.endswith(("ORRES", "STRESC"))
        measured = measure(values, described=variable.described, coded=bool(codelist), stated_length=stated, numeric_text=numeric)
        return _Facts(measured, origins, method, codelist)

    def _attributes(self, variable: BuiltVariable, cut: Slice | None) -> Mapping[str, str]:
        """What the spec says of the variable and of the branch behind these values, or of the qualifier behind values of QVAL."""
        if cut is None:
            return variable.attributes
        if variable.name == "QVAL":
            parent = self.sites.frames[cut.parts[0].frame].dataset
            found = self.study.datasets[parent].supplemental.get(cut.combination[0])
            return found.attributes if found else {}
        return {**variable.attributes, **stated_by_branch(cut)}

    def _origins(self, attributes: Mapping[str, str], trace: Trace) -> tuple[Origin, ...]:
        """What the spec states (whether it is true, `check_origins` tells), else what lineage says, with the pages of the CRF."""
        found, stated = self.origins.origins(trace), stated_origin(attributes)
        if stated is not None:
            found = tuple(o for o in found if o.type == stated) or (Origin(stated, SOURCE_OF.get(stated, "")),)
        source, pages = attributes.get("source", ""), attributes.get("pages", "")
        return tuple(
            replace(
                origin,
                source=source if source and origin.type in SOURCE_OF else origin.source,
                documents=self._pages(origin, trace, pages),
            )
            for origin in found
        )

    def _pages(self, origin: Origin, trace: Trace, stated: str) -> tuple[DocumentRef, ...]:
        """Where on the CRF it was collected; what a vendor transfers stands on none."""
        if origin.type != "Collected":
            return ()
        return self.documents.crf_refs([raw for raw in trace.raw if self.origins.source_of(raw[0]) == origin.source], stated)

    def _codelist(self, dataset: BuiltDataset, variable: BuiltVariable, own: str, trace: Trace, values: pa.ChunkedArray) -> str:
        """The branch's list, the variable's own, that of the variable it copies, or the dictionary that the guide names."""
        if variable.name == "PARAMCD":
            return self.terms.own(parameters(dataset.name, dataset.table))
        info = dataset.info.variable(variable.name)
        key = own or variable.codelist or self._inherited(trace)
        if info is not None and len(info.codelists) > 1 and key == info.codelists[0]:
            return self.terms.use_several(f"{dataset.name}.{variable.name}", info.codelists, values)
        allowed = info.values if info else ()
        return self.terms.use(DOMAINS if variable.name == "DOMAIN" else key, values, allowed, variable.described)

    def _inherited(self, trace: Trace) -> str:
        if trace.kinds != {"Predecessor"} or len(trace.predecessors) != 1:
            return ""
        name, _, column = trace.predecessors[0].partition(".")
        before = self.all.get(name)
        found = before.variable(column) if before else None
        if before is None or found is None:
            return ""
        return found.codelist or self._inherited(self.origins.of_column(before.plan.frame, column))

    # -- value level -----------------------------------------------------------------------------------------------------------

    def _items(self, dataset: BuiltDataset, variable: BuiltVariable, parts: tuple[Part, ...]) -> tuple[ValueListItem, ...]:
        """An item for each set of tests whose values differ in type, decimals, code list, origin or method; none if all agree."""
        if not wants_values(dataset, variable.name, parts):
            return ()
        slicer = Slicer(self.sites, dataset, variable.name, parts)
        slices = slicer.slices()
        groups: dict[tuple[object, ...], list[Slice]] = {}
        for cut in slices:
            values = dataset.table[variable.name].take(pa.array(cut.rows))
            branch = cut.parts[0].branch if slicer.branched and len(cut.parts) == 1 else None
            facts = replace(self._facts(dataset, variable, cut.parts, cut, values), branch=branch)
            groups.setdefault(facts.essence, []).append(cut)
        if len(groups) < 2 and not (slices and variable.name == "QVAL"):
            return ()
        everything = [cut.combination for cut in slices]
        return tuple(self._item(dataset, variable, slicer, group, everything) for group in groups.values())

    def _item(
        self, dataset: BuiltDataset, variable: BuiltVariable, slicer: Slicer, group: list[Slice], everything: list[tuple[str, ...]]
    ) -> ValueListItem:
        rows = sorted(row for cut in group for row in cut.rows)
        values = dataset.table[variable.name].take(pa.array(rows))
        facts = self._facts(dataset, variable, group[0].parts, group[0], values)
        trace = Trace()
        for cut in group:
            trace |= self.origins.of_parts(cut.parts, cut.line)
        condition, attributes = group[0].parts[0].condition or "", self._attributes(variable, group[0])
        own = stated_by_branch(group[0])
        negated = slicer.branched != () and len(slicer.selectors) == 1 and any(word in condition.lower() for word in ("<>", "!=", "not in"))
        where = where_clauses(dataset.name, slicer.selectors, [cut.combination for cut in group], everything, negated)
        return ValueListItem(
            name=variable.name,
            data_type=facts.measured.type,
            label=own.get("label") or item_label(dataset, variable.name, group),
            length=facts.measured.length,
            significant_digits=stated_digits(attributes, facts.measured.digits),
            display_format=own.get("format", variable.format),
            mandatory=is_yes(own.get("mandatory"), otherwise=False),
            comment=self._comment(f"{dataset.name}.{variable.name}.{'.'.join(group[0].combination)}", own.get("comment", "")),
            developer_notes=own.get("notes", ""),
            codelist=facts.codelist,
            origins=self._origins(attributes, trace),
            method=facts.method,
            where=where,
        )
