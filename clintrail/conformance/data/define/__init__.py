"""Tables of what define.xml says, and of the data as it describes them."""

from __future__ import annotations

import pyarrow as pa

from clintrail.conformance.data.define import cells, document
from clintrail.conformance.data.tables import NAMES, TEXT, WHOLE, YES, Table

_ITEM = {
    "label": TEXT, "data_type": TEXT, "length": WHOLE, "digits": WHOLE, "format": TEXT, "mandatory": YES, "codelist": TEXT,
    "origin": TEXT, "method": TEXT, "comment": TEXT, "has_no_data": YES,
}  # fmt: skip
_OF_VALUES = {"dataset": TEXT, "variable": TEXT, "item": WHOLE}
_OF_RESULT = {"display": TEXT, "result": TEXT, "dataset": TEXT}

DEFINE_TABLES: dict[str, Table] = {
    "define_documents": Table(("kind",), "a define.xml: its file, version, study and protocol", {
        "kind": TEXT, "file": TEXT, "version": TEXT, "study": TEXT, "protocol": TEXT, "datasets": WHOLE,
    }, document.document_rows),
    "define_datasets": Table(("dataset",), "a dataset as define.xml describes it", {
        "dataset": TEXT, "kind": TEXT, "domain": TEXT, "class": TEXT, "subclass": TEXT, "label": TEXT, "structure": TEXT, "purpose": TEXT,
        "repeating": YES, "reference_data": YES, "has_no_data": YES, "standard": TEXT, "keys": NAMES, "file": TEXT, "position": WHOLE,
    }, document.dataset_rows),
    "define_variables": Table(("dataset", "variable"), "a variable as define.xml describes it; `items`: of its value list", {
        "dataset": TEXT, "variable": TEXT, "position": WHOLE, "kind": TEXT, **_ITEM, "key": WHOLE, "role": TEXT, "items": WHOLE,
    }, document.variable_rows),
    "define_values": Table(("dataset", "variable", "item"), "an item of a value list; `applies`: its where clause if it can be followed", {
        **_OF_VALUES, "kind": TEXT, **_ITEM, "applies": TEXT,
    }, document.value_rows),
    "define_origins": Table(("dataset", "variable", "item"), "an origin of a variable (item: missing) or an item of its value list", {
        **_OF_VALUES, "kind": TEXT, "type": TEXT, "source": TEXT, "description": TEXT, "pages": WHOLE, "predecessor_dataset": TEXT,
        "predecessor_variable": TEXT,
    }, document.origin_rows),
    "define_codelists": Table(("kind", "codelist"), "a code list of define.xml, or a dictionary", {
        "kind": TEXT, "codelist": TEXT, "name": TEXT, "data_type": TEXT, "nci_code": TEXT, "terms": WHOLE, "has_decodes": YES,
        "standard": TEXT, "dictionary": TEXT, "version": TEXT,
    }, document.codelist_rows),
    "define_terms": Table(("kind", "codelist", "value"), "a term of a code list of define.xml", {
        "kind": TEXT, "codelist": TEXT, "name": TEXT, "list_code": TEXT, "value": TEXT, "decode": TEXT, "nci_code": TEXT, "extended": YES,
    }, document.term_rows),
    "define_methods": Table(("kind", "method"), "a method of define.xml, and how many items use it", {
        "kind": TEXT, "method": TEXT, "name": TEXT, "type": TEXT, "description": TEXT, "uses": WHOLE,
    }, document.method_rows),
    "define_comments": Table(("kind", "comment"), "a comment of define.xml, and how much it is on", {
        "kind": TEXT, "comment": TEXT, "description": TEXT, "uses": WHOLE,
    }, document.comment_rows),
    "define_files": Table(("kind", "document"), "a document that define.xml links to, and whether it is there", {
        "kind": TEXT, "document": TEXT, "title": TEXT, "file": TEXT, "annotated_crf": YES, "there": YES, "uses": WHOLE,
    }, document.file_rows),
    "define_standards": Table(("kind", "name"), "a standard that define.xml names; `at_hand`: the version checked by", {
        "kind": TEXT, "name": TEXT, "type": TEXT, "version": TEXT, "publishing_set": TEXT, "status": TEXT, "at_hand": TEXT,
    }, document.standard_rows),
    "define_results": Table(("display", "result", "dataset"), "a dataset of an analysis result; `whole`: it takes all records", {
        "kind": TEXT, **_OF_RESULT, "analysed": NAMES, "parameter": TEXT, "whole": YES, "applies": TEXT,
    }, document.analysis_rows),
    "define_cells": Table(("dataset", "variable", "item", "record"), "a cell and what is said of it; `text`: Char in the file", {
        **_OF_VALUES, "kind": TEXT, "applies": TEXT, **{name: kind for name, kind in _ITEM.items() if name in cells.ITEM}, "text": YES,
        "dated": YES, "record": WHOLE, "value": TEXT, "number": pa.float64(), "shaped": YES, "iso": YES,
    }, cells.cell_pieces, ("define_variables", "define_values"), cells.CELL),
    "define_listed_cells": Table(("dataset", "variable", "record"), "a value of a variable with a value list, and how many items apply", {
        "dataset": TEXT, "variable": TEXT, "record": WHOLE, "value": TEXT, "items": WHOLE,
    }, cells.listed_pieces, ("define_values",), ("record", "value", "items")),
    "define_keyed_records": Table(("dataset", "record"), "a record with the values of the keys that define.xml states", {
        "dataset": TEXT, "keys": TEXT, "record": WHOLE, "key": TEXT,
    }, cells.keyed_pieces, ("define_datasets",), ("record", "key")),
    "define_places": Table(("dataset", "variable"), "a variable with its places in file and define.xml, and what stands before it", {
        "dataset": TEXT, "variable": TEXT, "position": WHOLE, "described": WHOLE, "before": WHOLE, "behind": TEXT,
    }, cells.places_sql, ("variables", "define_variables")),
    "define_orders": Table(("dataset",), "a dataset: how many records come `late` by its keys, and the first of them", {
        "dataset": TEXT, "keys": TEXT, "late": WHOLE, "record": WHOLE,
    }, cells.order_rows, ("define_datasets",)),
    "define_applied_values": Table(("dataset", "variable", "item"), "an item of a value list, and to how many records it applies", {
        **_OF_VALUES, "applies": TEXT, "records": WHOLE,
    }, cells.applied_rows, ("define_values",)),
    "define_applied_results": Table(("display", "result", "dataset"), "a dataset of an analysis result, and how many records it takes", {
        **_OF_RESULT, "applies": TEXT, "records": WHOLE,
    }, cells.analysed_rows, ("define_results",)),
    "define_used_terms": Table(("kind", "codelist", "value"), "a value in the data of an item with a code list", {
        "kind": TEXT, "codelist": TEXT, "value": TEXT, "records": WHOLE,
    }, cells.used_term_rows, ("define_variables", "define_values")),
    "define_pairs": Table(("dataset", "variable"), "a name that the data give to a code with a decode", {
        "dataset": TEXT, "variable": TEXT, "value": TEXT, "of": TEXT, "code": TEXT, "decode": TEXT, "records": WHOLE, "record": WHOLE,
    }, cells.pair_rows, ("define_variables", "define_codelists", "define_terms")),
}  # fmt: skip
