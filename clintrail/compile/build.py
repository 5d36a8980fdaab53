"""A spec becomes a plan: every variable of every dataset is demanded, and with it all that it needs, in dependency order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from clintrail.compile.added import AppendedStage, NewStage
from clintrail.compile.codelists import Codelists, CodelistTable
from clintrail.compile.expressions import Refused
from clintrail.compile.functions import Function
from clintrail.compile.hook_stage import HookStage
from clintrail.compile.narrowed import CollapsedStage, FilteredStage, KeptStage
from clintrail.compile.plan import Column, DatasetPlan, Frame, Input, Plan
from clintrail.compile.records import BaseStage, FormStage
from clintrail.compile.scopes import Unresolved
from clintrail.compile.stages import Stage
from clintrail.compile.steps import steps_of
from clintrail.compile.study_rules import StudyRules
from clintrail.errors import Place, Problem, Severity, closest
from clintrail.spec.model import DatasetSpec, Expression, StudySpec, Table, Variable
from clintrail.standards import DatasetInfo, variable_order


class Builder(StudyRules):
    """Holds what is compiled so far. `columns` gives the header of each raw form or input dataset: name to DuckDB type."""

    def __init__(
        self, study: StudySpec, functions: Mapping[str, Function], columns: Mapping[str, Mapping[str, str]], codelists: Codelists
    ) -> None:
        super().__init__(study, functions, columns)
        self.codelists = codelists
        self.problems: list[Problem] = []
        self.frames: dict[str, Frame] = {}
        self.stages: dict[str, Stage] = {}
        self.calls_made: dict[str, str] = {}  # what was put in for calls of functions, and the call
        self.unknowns: list[tuple[Place, str, str]] = []
        self._path: list[str] = []
        self._last: dict[str, Stage] = {}
        self._raw = columns

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
        column.level = 1 + max(
            frame.level, self.highest(i for i in column.inputs if not (i.frame == frame.name and i.column == column.name))
        )
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
        known = [
            *self.study.datasets,
            *self.study.forms,
            *self.inputs,
            *self.study.tables,
            *(stage.dataset.tables if stage.dataset else ()),
        ]
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

    def note_unknowns(self, expression: Expression, condition: str, tail: str, of: str = "*") -> None:
        """Remember a condition whose unknowns the run counts and reports."""
        head = tail.split(" WHERE ")[0]
        self.unknowns.append((expression.place, expression.text, f"SELECT count({of}) {head} WHERE ({condition}) IS NULL"))

    # -- the plan ----------------------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Demand every variable of every dataset and order the steps; problems are in `problems`."""
        datasets = {name: self._dataset_plan(dataset) for name, dataset in self.study.datasets.items()}
        plan = Plan(self.frames, [], {name: found for name, found in datasets.items() if found})
        plan.steps = steps_of(self.frames)
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
            dataset.keys or tuple(k for k in info.keys if k in ordered), stage.frame.name, tuple(ordered), dataset.comment or "",
            dataset.path,
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


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    digits = text.lstrip("+-")
    return not (len(digits) > 1 and digits[0] == "0" and digits[1] != ".") and digits[0] in "0123456789."
