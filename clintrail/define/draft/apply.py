"""Bring the spec of a study up to date with a define: every file is changed in place, so that rules, comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clintrail.define.conditions import condition_of, where_clauses_of
from clintrail.define.draft.study_trees import Files, study_tree
from clintrail.define.draft.trees import TO_DERIVE, Context, context_of, dataset_tree
from clintrail.define.draft.write import analysed, dataset_path
from clintrail.define.model import DefineDataset, DefineDocument
from clintrail.define.usual import Kind
from clintrail.errors import Place, Problems
from clintrail.spec import yaml_merge
from clintrail.spec.model import DatasetSpec, Expression, StudySpec
from clintrail.spec.parts import ATTRIBUTES
from clintrail.spec.yaml_merge import Merge
from clintrail.spec.yaml_text import Mapping as YamlMapping
from clintrail.spec.yaml_text import Node, Scalar
from clintrail.spec.yaml_write import Block, Tree, yaml_text

# What may be stated of a variable or a dataset with rules; the rest follows from rules, data and the guide.
_OF_VARIABLES = {
    "label", "length", "significant_digits", "format", "codelist", "mandatory", "origin", "source", "pages", "method", "comment", "role",
    "common", "notes",
}  # fmt: skip
_OF_DATASETS = {"label", "structure", "keys", "repeating", "reference_data", "domain_description", "comment", "notes"}

Contexts = dict[Kind, tuple[DefineDocument, Context]]


@dataclass
class Changes:
    """The files to be written (None: to be deleted) by their path in the study's folder, and what cannot be changed, with the reason."""

    files: dict[str, str | None] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


def changes(study: StudySpec, before: Mapping[Kind, DefineDocument], after: Mapping[Kind, DefineDocument]) -> Changes:
    """What of a study's files has to change so that its defines say `after` where they say `before`."""
    return _Changes(study, before, after).made()


class _Changes:
    def __init__(self, study: StudySpec, before: Mapping[Kind, DefineDocument], after: Mapping[Kind, DefineDocument]) -> None:
        self.study = study
        self.before: Contexts = {kind: (document, context_of(document, kind)) for kind, document in before.items()}
        self.after: Contexts = {kind: (document, context_of(document, kind)) for kind, document in after.items()}
        self.changes = Changes()

    def made(self) -> Changes:
        self._study()
        self._analyses()
        for kind, (document, _) in self.after.items():
            ours = {d.name: d for d in self.before[kind][0].datasets} if kind in self.before else {}
            for dataset in document.datasets:
                self._dataset(kind, ours.get(dataset.name), dataset)
            for name in ours.keys() - {dataset.name for dataset in document.datasets}:
                self._gone(name)
        return self.changes

    def _study(self) -> None:
        was: Files = {}
        old = study_tree(self.before, was)
        on_disk = {path.relative_to(self.study.folder).as_posix() for path in self.study.folder.glob("tables/*.csv")}
        is_now: Files = dict.fromkeys(sorted(on_disk - set(was)), "")
        new = study_tree(self.after, is_now)
        text = self._merged("study.yaml", old, new, Merge(self._may_declare))
        for path, content in is_now.items():
            if content and was.get(path) != content and text is not None and path in text:
                self.changes.files[path] = content

    def _may_declare(self, path: yaml_merge.Path, node: Node | None, gone: bool) -> str:
        extended = len(path) == 2 and path[0] == "codelists" and isinstance(node, YamlMapping) and node.get("extends") is not None
        return "adds terms to a published list: change it by hand" if extended else ""

    def _analyses(self) -> None:
        old, new = analysed(self.before) or Block(), analysed(self.after) or Block()
        if old == new:
            return
        if not (self.study.folder / "analyses.yaml").is_file():
            self.changes.files["analyses.yaml"] = yaml_text(new)
        elif new:
            self._merged("analyses.yaml", old, new, Merge())
        else:
            self.changes.files["analyses.yaml"] = None

    # -- datasets ------------------------------------------------------------------------------------------------------------

    def _dataset(self, kind: Kind, ours: DefineDataset | None, theirs: DefineDataset) -> None:
        spec = self.study.drafts.get(theirs.name) or self.study.datasets.get(theirs.name)
        new = dataset_tree(theirs, self.after[kind][1])
        if ours is None and spec is None:
            folder = self.study.folder / kind
            taken = {f"{kind}/{path.name}" for path in folder.glob("*.yaml")} | set(self.changes.files)
            self.changes.files[dataset_path(kind, theirs.name, taken)] = yaml_text(new)
            return
        if ours is None:
            self.changes.refused.append((theirs.name, "the study has a dataset of this name of the other kind"))
            return
        old = dataset_tree(ours, self.before[kind][1])
        if old == new:
            return
        if spec is None:
            self.changes.refused.append((theirs.name, "is made from other datasets"))
        elif spec.draft:
            self._merged(_file(spec, kind), old, new, Merge(_may_draft, _Spelt(theirs.name, self.before[kind][1]), TO_DERIVE))
        else:
            sections = _by_section(old, spec), _by_section(new, spec)
            self._merged(_file(spec, kind), *sections, Merge(self._may_rule), theirs.name)

    def _may_rule(self, path: yaml_merge.Path, node: Node | None, gone: bool) -> str:
        """Why something of a dataset with rules cannot be changed."""
        if len(path) == 1:
            return "" if path[0] in {*_OF_DATASETS, "variables", "final"} else "follows from rules, data or the guide"
        if len(path) == 2 and gone:
            return "is made by a rule: delete it by hand"
        if len(path) == 2 and node is None:
            return "needs a rule: write it"
        return "" if len(path) < 3 or path[2] in _OF_VARIABLES else "follows from rules, data or the guide"

    def _gone(self, name: str) -> None:
        spec = self.study.drafts.get(name)
        if spec is None:
            self.changes.refused.append((name, "is made by rules: delete it by hand"))
        elif spec.records or any(_has_rule(variable.rule) for variable in spec.variables.values()):
            self.changes.refused.append((name, "has rules: delete its file by hand"))
        else:
            self.changes.files[_file(spec, spec.kind)] = None

    def _merged(self, file: str, old: Mapping[str, Tree], new: Mapping[str, Tree], merge: Merge, owner: str = "") -> str | None:
        """Change a file; the text that it then has."""
        if old == new:
            return None
        text = (self.study.folder / file).read_bytes().decode("utf-8-sig")
        changed = merge.text(text, old, new)
        if changed != text:
            self.changes.files[file] = changed
        where = owner or file
        self.changes.refused += [(f"{where}  {'.'.join(path)}", why) for path, why in dict.fromkeys(merge.refused)]
        return changed


def _may_draft(path: yaml_merge.Path, node: Node | None, gone: bool) -> str:
    """Why something of a draft cannot be changed: where its programmer has begun to write a rule."""
    if path[:1] != ("variables",) or node is None:
        return ""
    if path[-1] == "value" and len(path) == 3 and isinstance(node, Scalar) and node.text:
        return "has a rule of its own"
    return "has a rule: delete it by hand" if gone and len(path) in (2, 4) and _is_ruled(node) else ""


def _is_ruled(node: Node) -> bool:
    if isinstance(node, Scalar):
        return bool(node.text)
    if not isinstance(node, YamlMapping):
        return False
    if any(key.text in ATTRIBUTES or key.text == "value" for key, _ in node.entries):
        value = node.get("value")
        return value is not None and _is_ruled(value)
    return any(_is_ruled(value) for _, value in node.entries)


def _has_rule(rule: object) -> bool:
    """Whether a draft's variable has a rule, or branches that make a value, beside metadata."""
    branches = getattr(rule, "branches", None)
    if branches is None:
        return rule is not None
    return any(getattr(branch.value, "text", "") != "null" for branch in branches)


@dataclass(frozen=True)
class _Spelt:
    """Conditions of a draft as they would be written, so that one typed otherwise is found again."""

    dataset: str
    context: Context

    def __call__(self, path: yaml_merge.Path, key: str) -> str:
        if len(path) != 3 or path[0] != "variables":
            return key
        bare, brackets = key, 0
        while bare.startswith("(") and bare.endswith(")"):  # brackets tell conditions apart that are the same
            bare, brackets = bare[1:-1], brackets + 1
        try:
            where = where_clauses_of(Expression(key, Place()), self.dataset)
        except Problems:
            return key
        said = condition_of(where, self.dataset, lambda *name: name in self.context.numeric)
        return "(" * brackets + said + ")" * brackets if where_clauses_of(Expression(said, Place()), self.dataset) == where else key


def _by_section(tree: Block, spec: DatasetSpec) -> Block:
    """The tree with each variable in the section of the spec that has its rule."""
    variables = tree["variables"]
    assert isinstance(variables, Mapping)
    final = {name: variable for name, variable in variables.items() if name in spec.final}
    rest = {name: variable for name, variable in variables.items() if name not in spec.final}
    facts = {key: value for key, value in tree.items() if key not in ("draft", "variables")}
    return Block({**facts, "variables": Block(rest), **({"final": Block(final)} if final else {})})  # without notes: the rules are there


def _file(spec: DatasetSpec, kind: str) -> str:
    return f"{kind}/{Path(spec.path).name}"
