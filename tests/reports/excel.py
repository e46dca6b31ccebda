"""Report sheets that Excel wrote, as lines in English."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import openpyxl

from tests.reports.solved import trimmed

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

ENGLISH = {
    "Relatório de Respostas": "Answer Report",
    "Relatório de Sensibilidade": "Sensitivity Report",
    "Relatório de Limites": "Limits Report",
    "Relatório de Viabilidade": "Feasibility Report",
    "Informe de respuestas": "Answer Report",
    "Mecanismo do Solver": "Solver Engine",
    "Motor de Solver": "Solver Engine",
    "Opções do Solver": "Solver Options",
    "Opciones de Solver": "Solver Options",
    "Célula do Objetivo (Máx.)": "Objective Cell (Max)",
    "Célula do Objetivo (Mín.)": "Objective Cell (Min)",
    "Celda objetivo (Valor de)": "Objective Cell (Value Of)",
    "Células Variáveis": "Variable Cells",
    "Celdas de variables": "Variable Cells",
    "Restrições": "Constraints",
    "Restricciones": "Constraints",
    "Restrições que Tornam o Problema Inviável": "Constraints Which Make the Problem Infeasible",
    "Restrições (sem incluir os Limites Variáveis) que Tornam o Problema Inviável": (
        "Constraints (Not Including Variable Bounds) Which Make the Problem Infeasible"
    ),
    "Célula": "Cell",
    "Celda": "Cell",
    "Nome": "Name",
    "Nombre": "Name",
    "Valor": "Value",
    "Valor Original": "Original Value",
    "Valor original": "Original Value",
    "Valor Final": "Final Value",
    "Valor final": "Final Value",
    "Valor da Célula": "Cell Value",
    "Valor de la celda": "Cell Value",
    "Número Inteiro": "Integer",
    "Entero": "Integer",
    "Conting.": "Contin",
    "Fórmula": "Formula",
    "Estado": "Status",
    "Associação": "Binding",
    "Vinculante": "Binding",
    "Não-associação": "Not Binding",
    "No vinculante": "Not Binding",
    "Violado": "Violated",
    "Margem de Atraso": "Slack",
    "Demora": "Slack",
    "Reduzido": "Reduced",
    "Gradiente": "Gradient",
    "Lagrange": "Lagrange",
    "Multiplicador": "Multiplier",
    "Objetivo": "Objective",
    "Variável": "Variable",
    "Inferior": "Lower",
    "Superior": "Upper",
    "Limite": "Limit",
    "Resultado": "Result",
}
"""What Excel's words in Portuguese and Spanish are in English."""

_RUN_LINES = {"A1", "A2", "A3", "A4", "B6", "B7", "B8", "B10", "B11", "B12"}


def excel_sheet(path: Path, sheet: str) -> Worksheet:
    """A sheet of a workbook, read by openpyxl without its remarks on what it cannot keep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)[sheet]


def excel_lines(path: Path, sheet: str) -> dict[int, list[Any]]:
    """The values of each row of a report sheet, in English, without what tells of the run and its options."""
    rows = {}
    for row in excel_sheet(path, sheet).iter_rows():
        line = [None if cell.coordinate in _RUN_LINES else _english(cell.value) for cell in row]
        if any(value is not None for value in line):
            rows[row[0].row] = trimmed(line)
    return rows


def without_run(rows: dict[int, list[Any]]) -> dict[int, list[Any]]:
    """Our own lines without what tells of the run and its options."""
    kept = {}
    for row, line in rows.items():
        left = [None if f"{'AB'[k] if k < 2 else '?'}{row}" in _RUN_LINES else value for k, value in enumerate(line)]
        if any(value is not None for value in left):
            kept[row] = trimmed(left)
    return kept


def _english(value: Any) -> Any:
    if isinstance(value, str):
        return ENGLISH.get(value, value.replace("=Entero", "=Integer"))
    return float(value) if isinstance(value, int) else value
