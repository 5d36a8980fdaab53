"""The displays of a define document and their analyses as YAML: analyses.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clintrail.define import usual
from clintrail.define.draft.trees import Context, condition_tree, names, places, stated
from clintrail.define.model import AnalysisDataset, AnalysisResult, ResultDisplay
from clintrail.spec.yaml_write import Block, Tree


def analyses_tree(displays: Iterable[ResultDisplay], context: Context) -> Block:
    """analyses.yaml: displays by name; of two with one name the first."""
    tree = Block(spaced=True)
    for display in displays:
        id_ = {} if display.id == usual.display_id(display.name) else {"id": display.id}
        facts: dict[str, Tree] = {**id_, **({} if display.description == display.name else {"title": display.description})}
        facts.update({"documents": places(display.documents)} if display.documents else {})
        results = [_result(result, display.id, context) for result in display.results]
        tree.setdefault(display.name, Block({**facts, "results": results}))
    return tree


def _result(result: AnalysisResult, display: str, context: Context) -> Block:
    name = result.id.removeprefix(f"{display}.") or result.id
    same = f"{display}.{usual.display_id(name)}" == result.id
    tree = Block({"name": name, **({} if same else {"id": result.id})})
    tree.update(stated({"description": result.description, "reason": result.reason, "purpose": result.purpose}))
    tree.update({"parameter": ".".join(result.parameter)} if result.parameter else {})
    tree["datasets"] = _analysed(result.datasets, context)
    tree.update(stated({"join": result.join}))
    if result.documentation:
        tree["documentation"] = result.documentation.description
        tree.update({"documents": places(result.documentation.documents)} if result.documentation.documents else {})
    if result.code:
        code: dict[str, Tree] = {**stated({"context": result.code.context, "text": result.code.text})}
        tree["code"] = {**code, **({"documents": places(result.code.documents)} if result.code.documents else {})}
    return tree


def _analysed(datasets: Sequence[AnalysisDataset], context: Context) -> Tree:
    trees: list[tuple[str, dict[str, Tree]]] = []
    for part in datasets:
        tree: dict[str, Tree] = {"where": condition_tree(part.where, part.dataset, context)} if part.where else {}
        tree.update({"variables": names(part.variables)} if part.variables else {})
        tree.update(stated({"join": part.where.comment}) if part.where else {})
        trees.append((part.dataset, tree))
    if len({name for name, _ in trees}) < len(trees):
        return [{"dataset": name, **tree} for name, tree in trees]
    return dict(trees)
