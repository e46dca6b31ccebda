"""The scripts that an expert would write by hand: openpyxl to read and write, NumPy for the model, SciPy to optimise.

A script is a module with `read(path)` -> (workbook, task), where a task is a start and what is needed to compute, and
`objective(x, task)` -> (value, gradient) with the gradient derived by hand, or its own `optimise(task)`; and
`write(workbook, task, x)`, which puts the fitted values into their cells.
"""
