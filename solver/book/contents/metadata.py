"""What a cell's `cm` and `vm` point to: dynamic arrays, and errors that were stored as #VALUE! for older programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.package.relations import read_tree
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.book.contents.mainpart import Workbook
    from solver.book.markup import Element
    from solver.book.package.archive import Archive

_ERROR_TYPES = {8: ErrorValue.SPILL, 13: ErrorValue.CALC}
"""`errorType` of a rich error value; the others are stored as plain errors."""


def read_metadata(archive: Archive, workbook: Workbook) -> tuple[frozenset[int], dict[int, ErrorValue]]:
    """The `cm` of dynamic arrays, and the error behind each `vm`."""
    part = workbook.related("sheetMetadata")
    if part not in archive:
        return frozenset(), {}
    tree, _, _ = read_tree(archive, part)
    types = [element.get("name") for element in tree.grouped("metadataTypes", "metadataType")]
    futures = {element.get("name"): list(element.all("bk")) for element in tree.all("futureMetadata")}
    dynamic = set()
    for number, block in enumerate(tree.grouped("cellMetadata", "bk"), start=1):
        for future in _records(block, types, futures, "XLDAPR"):
            if any(element.flag("fDynamic") for element in future.within("dynamicArrayProperties")):
                dynamic.add(number)
    errors: dict[int, ErrorValue] = {}
    rich = _rich_errors(archive, workbook)
    for number, block in enumerate(tree.grouped("valueMetadata", "bk"), start=1):
        for future in _records(block, types, futures, "XLRICHVALUE"):
            for element in future.within("rvb"):
                error = rich.get(_integer(element.get("i")))
                if error is not None:
                    errors[number] = error
    return frozenset(dynamic), errors


def _records(block: Element, types: list[str], futures: dict[str, list[Element]], wanted: str) -> list[Element]:
    """The future metadata of a type that a block of records refers to."""
    found = []
    for record in block.all("rc"):
        kind, index = _integer(record.get("t")) - 1, _integer(record.get("v"))
        if 0 <= kind < len(types) and types[kind] == wanted and 0 <= index < len(futures.get(wanted, [])):
            found.append(futures[wanted][index])
    return found


def _rich_errors(archive: Archive, workbook: Workbook) -> dict[int, ErrorValue]:
    """Per rich value that is an error, its error."""
    values, structures = workbook.related("rdRichValue"), workbook.related("rdRichValueStructure")
    if values not in archive or structures not in archive:
        return {}
    keys = []
    for structure in read_tree(archive, structures)[0].all("s"):
        is_error = structure.get("t") == "_error"
        keys.append([key.get("n") for key in structure.all("k")] if is_error else [])
    errors = {}
    for number, value in enumerate(read_tree(archive, values)[0].all("rv")):
        structure_number = _integer(value.get("s"))
        names = keys[structure_number] if 0 <= structure_number < len(keys) else []
        fields = dict(zip(names, (field.text for field in value.all("v")), strict=False))
        error = _ERROR_TYPES.get(_integer(fields.get("errorType", "")))
        if error is not None:
            errors[number] = error
    return errors


def _integer(text: str) -> int:
    return int(text) if text.strip().isdecimal() else -1
