"""Write the notebook that is executed."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

cells = [
    new_markdown_cell("# A least-squares line", id="title"),
    new_code_cell("import numpy as np\nrng = np.random.default_rng(4)", id="start"),
    new_code_cell("x = np.linspace(0, 1, 50)\ny = 2 * x + 1 + rng.normal(size=50)", id="data"),
    new_code_cell("slope, offset = np.polyfit(x, y, 1)\nprint(slope, offset)\nslope", id="fit"),
    new_code_cell("np.save('line.npy', [slope, offset])", id="save"),
]
nbformat.write(new_notebook(cells=cells), "line.ipynb")
