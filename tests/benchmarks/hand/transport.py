"""Shipments at least cost: what leaves a plant is at most its supply, what reaches a shop at least its demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl
import scipy.sparse as sp
from scipy.optimize import linprog


@dataclass
class Task:
    cost: np.ndarray
    supply: np.ndarray
    demand: np.ndarray


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    cost = np.array(list(workbook["Cost"].iter_rows(values_only=True)), dtype=float)
    plan = workbook["Plan"]
    plants, shops = cost.shape
    supply = [row[0] for row in plan.iter_rows(2, 1 + plants, shops + 3, shops + 3, values_only=True)]
    demand = next(plan.iter_rows(plants + 3, plants + 3, 2, shops + 1, values_only=True))
    return workbook, Task(cost, np.array(supply, dtype=float), np.array(demand, dtype=float))


def optimise(task: Task) -> tuple[np.ndarray, float, int]:
    plants, shops = task.cost.shape
    leaves = sp.kron(sp.eye_array(plants), np.ones((1, shops)))
    reaches = sp.kron(np.ones((1, plants)), sp.eye_array(shops))
    limits = np.concatenate([task.supply, -task.demand])
    found = linprog(task.cost.ravel(), A_ub=sp.vstack([leaves, -reaches]).tocsr(), b_ub=limits, method="highs")
    return found.x, float(found.fun), int(found.nit)


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    for row, shipments in enumerate(x.reshape(task.cost.shape).tolist(), start=2):
        for col, shipment in enumerate(shipments, start=2):
            workbook["Plan"].cell(row, col, shipment)
