"""A spec becomes a plan: every variable of every dataset is demanded, and with it all that it needs, in dependency order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from clintrail.compile.codelists import CodelistTable, Codelists
from clintrail.compile.expressions import Refused
from clintrail.compile.functions import Function
from clintrail.compile.hook_stage import HookStage
from clintrail.compile.plan import Column, DatasetPlan, Frame, Input, Plan, Step, quoted
from clintrail.compile.records import AppendedStage, BaseStage, CollapsedStage, FilteredStage, FormStage, KeptStage, NewStage
from clintrail.compile.rules import rule_names
from clintrail.compile.scopes import Unresolved
from clintrail.compile.stages import Stage, joined
from clintrail.errors import Place, Problem, Severity, closest
from clintrail.spec.model import Constant, DatasetSpec, Expression, Lookup, StudySpec, Table, Variable
from clintrail.standards import DatasetInfo, adam_dataset, sdtm_dataset, variable_order


class Builder:
    """Holds what is compiled so far. `columns` gives the header of each raw form or input dataset: name to DuckDB type."""

    def __init__(
        self, study: StudySpec, functions: Mapping[str, Function], columns: Mapping[str, Mapping[str, str]], codelists: Codelists
    ) -> None:
        self.study, self.functions, self.codelists = study, functions, codelists
        self.problems: list[Problem] = []
        self.frames: dict[str, Frame] = {}
        self.stages: dict[str, Stage] = {}
        self.calls_made: dict[str, str] = {}  # what was put in for calls of functions, and the call
        self.unknowns: list[tuple[Place, str, str]] = []
        self._path: list[str] = []
        self._last: dict[str, Stage] = {}
        self.inputs = {name: types for name, types in columns.items() if name not in study.forms}
        self._raw = columns
        self._rules: dict[tuple[str, bool], dict[str, Variable]] = {}
        self._infos: dict[str, DatasetInfo] = {}

    # -- cycles and levels -------------------------------------------------------------------------------------------------

    def entered(self, frame: str, column: str) -> list[str]:
        """The path of a cycle, if this column is being defined already."""
        name = f"{frame}.{column}"
        return [*self._path[self._path.index(name) :], name] if name in self._path else []

    def enter(self, frame: str, column: str) -> None:
        """A column's definition begins."""
        self._path.append(f"{frame}.{column}")

    def leave(self) -> None:
        """The last begun definition ends."""
        self._path.pop()

    def path(self) -> list[str]:
        """The columns being defined."""
        return self._path

    def highest(self, inputs: Iterable[Input]) -> int:
        """The level of the highest of the inputs."""
        return max((self._level(i) for i in inputs), default=0)

    def _level(self, needed: Input) -> int:
        frame = self.frames[needed.frame]
        column = frame.columns.get(needed.column)
        return max(frame.level, column.level if column else 0)

    def add(self, frame: Frame, column: Column) -> None:
        """Put a compiled column into its frame."""
        column.level = 1 + max(frame.level, self.highest(i for i in column.inputs if not (i.frame == frame.name and i.column == column.name)))
        frame.columns[column.name] = column

    # -- frames ------------------------------------------------------------------------------------------------------------

    def column(self, frame: str, name: str, alias: str) -> str:
        """Define a column of any frame and give its name; raises `Unresolved`."""
        stage = self.stages.get(frame)
        if stage is not None:
            try:
                return stage.column(name)
            except Unresolved as error:
                raise error if "depend" in error.what or stage.dataset is None else Unresolved(error.what, error.fix) from None
        columns = self.frames[frame].columns
        if name not in columns:
            near = closest(name, columns)
            raise Unresolved(f"{alias} has no column named {name}", f"did you mean {near}?" if near else f"it has {', '.join(columns)}")
        return name

    def alias_of(self, alias: str, target: Frame, own: Frame | None = None) -> str:
        """The name of a joined frame in SQL: its own, or the lookup's where that differs (names must differ in more than case)."""
        if target.name in (alias, f"{alias} (raw)", f"{alias} (table)", f"{alias} (hook)") or target.name.endswith(f" {alias} (table)"):
            return target.name if own is None or own.name != target.name else f"{target.name} (lookup)"
        return f"{alias} (lookup)" if alias.upper() in self.study.datasets or alias.upper() in self.inputs else alias

    def source_frame(self, name: str, stage: Stage, place: Place | None = None, subject: str = "records") -> Frame:
        """The frame of a dataset, form, table or input by the name used in the spec; raises `Unresolved`, or `Refused` with a place."""
        table = self._table_or_none(name, stage)
        if table is not None:
            return self._table_frame(table, stage)
        if name in self.study.datasets:
            return self.last_stage(name).frame
        if name in self.study.forms or name in self.inputs:
            return self._raw_frame(name)
        if name in self.study.hooks:
            return self._hook_frame(name)
        known = [*self.study.datasets, *self.study.forms, *self.inputs, *self.study.tables, *(stage.dataset.tables if stage.dataset else ())]
        near = closest(name, known)
        what, fix = f"no dataset, form or table named {name}", f"did you mean {near}?" if near else "declare it in study.yaml"
        if place is not None:
            raise Refused(Problem(place, subject, what, fix))
        raise Unresolved(what, fix)

    def _hook_frame(self, name: str) -> Frame:
        hook, shown = self.study.hooks[name], f"{name} (hook)"
        if shown not in self.frames:
            self.frames[shown] = Frame(shown, "hook", dataset=name, subject="USUBJID" if "USUBJID" in hook.gives else None)
            self.stages[shown] = HookStage(self, self.frames[shown], hook)
            self.stages[shown].ensure_rows()
        return self.frames[shown]

    def readable_columns(self, name: str, frame: Frame) -> list[str]:
        """The columns that a hook is given of what it reads: all variables of a dataset, all columns of a form or table."""
        dataset = self.study.datasets.get(name)
        if dataset is None:
            subject = [self.column(frame.name, frame.subject, name)] if frame.kind == "form" and frame.subject else []
            return [*subject, *(n for n, c in frame.columns.items() if c.kind in ("raw", "hook"))]
        stage = self.last_stage(name)
        return [stage.column(n) for n in self._names(dataset, stage) if n == n.upper()]

    def _raw_frame(self, name: str) -> Frame:
        form = name in self.study.forms
        shown = f"{name} (raw)" if form else name
        if shown not in self.frames:
            types = self._raw.get(name, {})
            subject = None if form else ("USUBJID" if "USUBJID" in types else None)
            frame = Frame(shown, "form" if form else "input", dataset=name, subject=subject)
            frame.columns = {n: Column(n, "", (), type=t, kind="raw") for n, t in types.items()}
            self.frames[shown] = frame
            if form:
                frame.subject = "_subject" if self.study.forms[name].subject is not None else None
                self.stages[shown] = FormStage(self, frame)
                self.stages[shown]._rows_state = "done"
        return self.frames[shown]

    def is_read(self, form: str) -> bool:
        """Whether the form's file could be read, so that its columns are known."""
        return form in self._raw

    def _table_frame(self, table: Table, stage: Stage) -> Frame:
        local = stage.dataset is not None and table.name in stage.dataset.tables
        name = f"{stage.dataset.name} {table.name} (table)" if local and stage.dataset else f"{table.name} (table)"
        if name not in self.frames:
            frame = Frame(name, "table", dataset=table.name)
            for index, column in enumerate(table.columns):
                cells = [row[index] for row in table.rows]
                kind = self._table_type(column, cells, stage)
                frame.columns[column] = Column(column, "", (), type=kind, kind="raw", place=table.place)
            self.frames[name] = frame
            self.tables_in_use[name] = table
        return self.frames[name]

    @cached_property
    def tables_in_use(self) -> dict[str, Table]:
        """The tables in use, by frame."""
        return {}

    def _table_type(self, column: str, cells: Sequence[str | None], stage: Stage) -> str:
        """A column named as a variable has its type; another is a number where every cell is one without leading zeros."""
        wanted = self.wanted_type(stage.dataset, Variable(column, None, Place())) if stage.dataset else ""
        given = [cell for cell in cells if cell is not None]
        numeric = bool(given) and all(_is_number(cell) for cell in given)
        if wanted:
            return "DOUBLE" if wanted == "Num" and (numeric or not given) else "VARCHAR"
        return "DOUBLE" if numeric else "VARCHAR"

    def last_stage(self, name: str) -> Stage:
        """The stage that is the dataset itself; its chain of stages is laid out when first asked for."""
        if name not in self._last:
            self._lay_out(self.study.datasets[name])
        return self._last[name]

    def _lay_out(self, dataset: DatasetSpec) -> None:
        filtered = any(r.where is not None and not BaseStage.is_simple(r) for r in dataset.records)
        kinds: list[str] = ["base"]
        kinds += ["filtered"] if filtered else []
        kinds += ["kept" if dataset.keep else "collapsed"] if dataset.one_per else []
        shown = {"base": "candidates", "filtered": "matching", "kept": "kept", "collapsed": "collapsed"}
        classes = {"base": BaseStage, "filtered": FilteredStage, "kept": KeptStage, "collapsed": CollapsedStage}
        has_subject = self.info(dataset).variable("USUBJID") is not None and "USUBJID" in {v.name for v in self.info(dataset).variables}
        stage: Stage | None = None
        for kind in kinds:
            last = kind == kinds[-1] and not dataset.added
            name = dataset.name if last else f"{dataset.name} ({'source' if dataset.added and kind == kinds[-1] else shown[kind]})"
            stage = self._stage(classes[kind], name, dataset, stage, has_subject)
        for step in dataset.added:
            assert stage is not None
            new = self._stage(NewStage, f"{dataset.name} ({step.name})", dataset, stage, has_subject)
            new.step = step
            assert isinstance(new, NewStage)
            appended = AppendedStage(new)
            self.stages[appended.frame.name] = stage = appended
        assert stage is not None
        stage.is_last = True
        self._last[dataset.name] = stage

    def _stage(self, kind: type[Stage], name: str, dataset: DatasetSpec, previous: Stage | None, has_subject: bool) -> Stage:
        frame = Frame(name, "stage", dataset.name, "USUBJID" if has_subject else None)
        self.frames[name] = frame
        self.stages[name] = kind(self, frame, dataset, previous)
        return self.stages[name]

    def frame_for_stage(self, new: NewStage) -> Frame:
        """The frame of all records after an added step."""
        assert new.dataset is not None and new.step is not None
        last = new.step is new.dataset.added[-1]
        name = new.dataset.name if last else f"{new.dataset.name} (with {new.step.name})"
        self.frames[name] = Frame(name, "stage", new.dataset.name, new.frame.subject)
        return self.frames[name]

    # -- what the spec says ----------------------------------------------------------------------------------------------------

    def _table_or_none(self, name: str, stage: Stage) -> Table | None:
        own = stage.dataset.tables if stage.dataset else {}
        return own.get(name) or self.study.tables.get(name)

    def table(self, name: str, stage: Stage) -> Table:
        """A table by name; raises `Unresolved`."""
        found = self._table_or_none(name, stage)
        if found is None:
            raise Unresolved(f"no table named {name}", "draw it under tables:")
        return found

    def table_keys(self, name: str, stage: Stage) -> tuple[str, ...]:
        """The key columns of a table; nothing for what is no table."""
        found = self._table_or_none(name, stage)
        return found.keys if found else ()

    def reference_keys(self, name: str) -> tuple[str, ...]:
        """The natural key of a dataset without subjects (TE: ETCD)."""
        dataset = self.study.datasets.get(name)
        if dataset is None:
            info = sdtm_dataset(name)
            return tuple(k for k in info.keys if k != "STUDYID") if info else ()
        keys = dataset.keys or self.info(dataset).keys
        return tuple(k for k in keys if k != "STUDYID")

    def lookup_or_none(self, alias: str, stage: Stage) -> Lookup | None:
        """The declared lookup of that name, or the one that a dataset, form or table is by its own name."""
        own = stage.dataset.lookups if stage.dataset else {}
        found = own.get(alias) or self.study.lookups.get(alias)
        if found is not None:
            return found
        named = (self.study.datasets, self.study.forms, self.inputs, self.study.hooks)
        known = any(alias in names for names in named) or self._table_or_none(alias, stage)
        return Lookup(alias, alias, stage.dataset.place if stage.dataset else Place()) if known else None

    def lookup(self, alias: str, stage: Stage) -> Lookup:
        """As `lookup_or_none`; raises `Unresolved`."""
        found = self.lookup_or_none(alias, stage)
        if found is None:
            own = stage.dataset
            known = [*self.study.datasets, *self.study.forms, *self.inputs, *self.study.tables, *self.study.lookups]
            known += [*own.tables, *own.lookups] if own else []
            near = closest(alias, known)
            fix = f"did you mean {near}?" if near else "declare it under lookups: or forms:"
            raise Unresolved(f"no dataset, form, table or lookup named {alias}", fix)
        return found

    def group_variables(self, dataset: DatasetSpec, names: tuple[str, ...]) -> tuple[str, ...]:
        """Variables of a group given by its name, or the names themselves."""
        groups = {"subject": ("USUBJID",), **self.study.groups, **dataset.groups}
        return groups[names[0]] if len(names) == 1 and names[0] in groups else names

    def info(self, dataset: DatasetSpec) -> DatasetInfo:
        """What the guide says of the dataset."""
        if dataset.name not in self._infos:
            self._infos[dataset.name] = dataset_info(dataset)
        return self._infos[dataset.name]

    def rules(self, dataset: DatasetSpec | None, last: bool) -> dict[str, Variable]:
        """The rules of a dataset's variables: implied, common, its own; at the last stage the final and supplemental ones too."""
        if dataset is None:
            return {}
        key = (dataset.name, last)
        if key not in self._rules:
            info, place = self.info(dataset), dataset.place
            found = {"STUDYID": Variable("STUDYID", Constant(self.study.name, place), place)} if info.variable("STUDYID") else {}
            if dataset.kind == "sdtm" and any(v.name == "DOMAIN" for v in info.variables):
                found["DOMAIN"] = Variable("DOMAIN", Constant(dataset.name[:2], place), place)
            found |= self._common(dataset, info)
            found |= dataset.variables
            if last or not dataset.added:
                found |= dataset.final | dataset.supplemental
            for step in dataset.added:  # what only added records have is missing on the others
                unknown = {n: Variable(n, Expression("null", v.place), v.place) for n, v in step.set.items() if n not in found}
                found |= {n: v for n, v in unknown.items() if n not in dataset.final}
            self._rules[key] = found
        return self._rules[key]

    def _common(self, dataset: DatasetSpec, info: DatasetInfo) -> dict[str, Variable]:
        """The study's common rules for variables that the guide lists for the dataset, where all that they read is there."""
        listed = {v.name for v in info.variables}
        own = {*dataset.variables, *dataset.final, *(n for r in dataset.records for n in r.set), "USUBJID", "STUDYID"}
        found = {n: v for n, v in self.study.common.items() if n in listed and n not in own}
        while True:
            there = own | set(found)
            lacking = [n for n, v in found.items() if not self._needed(v, dataset) <= there]
            if not lacking:
                return found
            for name in lacking:
                del found[name]

    def _needed(self, variable: Variable, dataset: DatasetSpec) -> set[str]:
        names = set()
        for alias, name in rule_names(variable.rule):
            if alias is None:
                names.add(name)
            else:
                table = self.study.tables.get(alias)
                names |= set(table.keys) if table else set()
                names |= {"\0"} if alias == dataset.name else set()
        return names

    def wanted_type(self, dataset: DatasetSpec | None, variable: Variable) -> str:
        """Char or Num as the spec or the guide says; "" for working columns."""
        if "type" in variable.attributes:
            return {"char": "Char", "num": "Num"}.get(variable.attributes["type"].lower(), "")
        if dataset is None or variable.is_working:
            return ""
        if variable.name in dataset.supplemental:
            return "Char"
        found = self.info(dataset).variable(variable.name)
        return found.type if found else ""

    def codelist_of(self, dataset: DatasetSpec | None, variable: Variable) -> str:
        """The code list of a variable: the spec's name for it, or the guide's NCI code."""
        if "codelist" in variable.attributes:
            return variable.attributes["codelist"]
        own = self.rules(dataset, last=True).get(variable.name) if dataset else None
        if own is not None and "codelist" in own.attributes:
            return own.attributes["codelist"]
        found = self.info(dataset).variable(variable.name) if dataset else None
        return found.codelists[0] if found and found.codelists else ""

    def codelist_frame(self, codelist: str, variable: str) -> str:
        """The frame (collected, term) of a code list with the study's own words for the variable; raises `Unresolved`."""
        table = self.codelists.table(codelist, variable)
        if table is None:
            near = f"no code list named {codelist}" if codelist else f"{variable} has no code list"
            raise Unresolved(near, f"declare it: codelists: {{{codelist or variable}: ...}}, or give {variable} a codelist:")
        if table.name not in self.frames:
            frame = Frame(table.name, "codelist", dataset=codelist)
            frame.columns = {n: Column(n, "", (), type="VARCHAR", kind="raw") for n in ("collected", "term")}
            self.frames[table.name] = frame
            self.codelist_tables[table.name] = table
        return table.name

    @cached_property
    def codelist_tables(self) -> dict[str, CodelistTable]:
        """The code lists in use, by frame."""
        return {}

    def sequence_variable(self, dataset: DatasetSpec) -> str | None:
        """--SEQ, where the guide lists it for an SDTM dataset."""
        name = f"{dataset.name[:2]}SEQ"
        listed = any(v.name == name for v in self.info(dataset).variables)
        return name if dataset.kind == "sdtm" and listed else None

    def sequence_of(self, frame: Frame) -> str | None:
        """The sequence variable of the dataset in `frame`: its --SEQ, or the one that an ADaM dataset carries."""
        dataset = self.study.datasets.get(frame.dataset)
        if dataset is None:
            return next((n for n in (f"{frame.dataset[:2]}SEQ", "ASEQ") if n in frame.columns), None)
        own = self.sequence_variable(dataset)
        names = [*([own] if own else []), "ASEQ", *(n for n in self.rules(dataset, last=True) if n.endswith("SEQ"))]
        stage = self.last_stage(dataset.name)
        found = next((n for n in names if n == own or stage.rule(n)), None)
        return stage.column(found) if found else None

    def subject_text(self, form: str) -> str:
        """The subject expression of a form, as typed."""
        subject = self.study.forms[form].subject if form in self.study.forms else None
        return subject.text if subject else ""

    def note_unknowns(self, expression: Expression, condition: str, tail: str) -> None:
        """Remember a condition whose unknowns the run counts and reports."""
        head = tail.split(" WHERE ")[0]
        self.unknowns.append((expression.place, expression.text, f"SELECT count(*) {head} WHERE ({condition}) IS NULL"))

    # -- the plan ----------------------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Demand every variable of every dataset and order the steps; problems are in `problems`."""
        datasets = {name: self._dataset_plan(dataset) for name, dataset in self.study.datasets.items()}
        plan = Plan(self.frames, [], {name: found for name, found in datasets.items() if found})
        plan.steps = self._steps()
        return plan

    def _dataset_plan(self, dataset: DatasetSpec) -> DatasetPlan | None:
        try:
            stage = self.last_stage(dataset.name)
            stage.ensure_rows()
        except (Unresolved, Refused) as error:
            problem = error.problem if isinstance(error, Refused) else Problem(dataset.place, dataset.name, error.what, error.fix)
            self.problems.append(problem)
            return None
        if stage.failed:
            return None
        info = self.info(dataset)
        names = [n for n in self._names(dataset, stage) if n == n.upper()]
        for name in [*self._names(dataset, stage), "_order"]:
            try:
                stage.column(name)
            except Unresolved as error:
                rule = stage.rule(name)
                self.problems.append(Problem(rule.place if rule else dataset.place, name, error.what, error.fix))
        self._check_required(dataset, info, names)
        ordered = variable_order(info, [n for n in names if n not in dataset.supplemental])
        return DatasetPlan(
            dataset.name, dataset.kind, dataset.label or info.label, info.class_name, dataset.structure or info.structure,
            dataset.keys or tuple(k for k in info.keys if k in ordered), stage.frame.name, tuple(ordered), dataset.comment or "", dataset.path,
        )  # fmt: skip

    def _names(self, dataset: DatasetSpec, stage: Stage) -> list[str]:
        names = dict.fromkeys(self.rules(dataset, last=True))
        subject = [stage.frame.subject] if stage.frame.subject else []
        sequence = self.sequence_variable(dataset)
        extra = [*subject, *([sequence] if sequence else []), *(n for r in dataset.records for n in r.set if n == n.upper())]
        names |= dict.fromkeys(extra)
        if dataset.one_per and not dataset.keep:
            names |= dict.fromkeys(self.group_variables(dataset, dataset.one_per))
        working = {n for n in names if n != n.upper()}
        if dataset.one_per or dataset.added:  # working columns of earlier stages are computed where they are used
            names = dict.fromkeys(n for n in names if n not in working)
        return list(names)

    def _check_required(self, dataset: DatasetSpec, info: DatasetInfo, names: Sequence[str]) -> None:
        for variable in info.variables:
            plain = variable.name.isalnum() and variable.name == variable.name.upper() and "-" not in variable.name
            if variable.core == "Req" and plain and variable.name not in names:
                fix = f"add {variable.name}: under variables"
                self.problems.append(Problem(dataset.place, variable.name, f"{info.name} requires it and the spec does not give it", fix))
            elif variable.core == "Exp" and plain and variable.name not in names:
                fix = f"add {variable.name}: under variables (null where it was not collected)"
                what = f"{info.name} expects it and the spec does not give it"
                self.problems.append(Problem(dataset.place, variable.name, what, fix, Severity.NOTE))

    def _steps(self) -> list[Step]:
        grouped: dict[tuple[int, int, str], list[Column]] = {}
        steps: list[tuple[tuple[int, int, str, str], Step]] = []
        for frame in self.frames.values():
            if frame.kind == "hook":
                steps.append(((frame.level, 0, frame.name, ""), Step("hook", frame.name, tuple(frame.columns), "")))
            elif frame.rows_sql:
                steps.append(((frame.level, 0, frame.name, ""), Step("rows", frame.name, (), frame.rows_sql)))
            for column in frame.columns.values():
                if column.kind == "link" and column.whole:
                    steps.append(((column.level, 1, frame.name, column.name), Step("link", frame.name, (column.name,), column.whole)))
                elif column.sql and column.type not in ("carrier",):
                    grouped.setdefault((column.level, 2, frame.name), []).append(column)
        for (level, rank, name), columns in grouped.items():
            steps.append(((level, rank, name, ""), Step("columns", name, tuple(c.name for c in columns), columns_sql(self.frames[name], columns))))
        return [step for _, step in sorted(steps, key=lambda s: s[0])]


def columns_sql(frame: Frame, columns: Sequence[Column]) -> str:
    """One narrow query for some columns of a frame."""
    own = quoted(frame.name)
    parts = [f"{own}._row", *(f"{c.sql} AS {quoted(c.name)}" for c in columns)]
    joins = joined(j for c in columns for j in c.joins)
    return "SELECT " + ",\n  ".join(parts) + f"\nFROM {own}{joins}\nORDER BY {own}._row"


def dataset_info(dataset: DatasetSpec) -> DatasetInfo:
    """What the guide says of a dataset; raises nothing: an unknown name is told when the study is checked."""
    if dataset.kind == "adam":
        return adam_dataset("ADSL" if dataset.name == "ADSL" else _adam_class(dataset))
    found = sdtm_dataset(dataset.name, class_name=dataset.class_name)
    return found or DatasetInfo(dataset.name, dataset.label or dataset.name, dataset.class_name or "SPECIAL PURPOSE", "", (), ())


def _adam_class(dataset: DatasetSpec) -> str:
    known = {"BDS": "BDS", "OCCDS": "OCCDS", "TTE": "TTE", "ADSL": "ADSL", "AE": "AE"}
    name = known.get((dataset.class_name or "BDS").upper(), "BDS")
    return "AE" if name == "OCCDS" and dataset.name == "ADAE" else name


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    digits = text.lstrip("+-")
    return not (len(digits) > 1 and digits[0] == "0" and digits[1] != ".") and digits[0] in "0123456789."
