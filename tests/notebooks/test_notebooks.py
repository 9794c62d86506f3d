"""The notebooks run anew from the first cell to the last, and what is kept in them is whole and clean."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import keras_vae

from ..few_digits import use_few_digits
from .in_process import fresh_shell

FOLDER = Path(__file__).parents[2] / "notebooks"
# What a notebook's first cell sets to be fast is set to less here: every cell must run, none must show a good model.
SETTINGS = {
    "01_vae_on_mnist": {"EPOCHS": 2},
    "02_blobs_and_the_reparameterization_bug": {"EPOCHS": 1},
    "03_from_autoencoder_to_vae": {"EPOCHS": 1, "UNITS": (16,), "LATENT_DIM": 3},
    "04_autoencoders_and_pca": {"STEPS": 1, "SIGNALS": 100, "COUNTS": (50, 100)},
    "05_restoration": {"EPOCHS": 1},
    "06_choosing_the_latent_size": {"EPOCHS": 1, "UNITS": (16,)},
    "07_anomaly_detection": {},
    "08_compression": {"EPOCHS": 1},
    "09_conditions": {
        **{"EPOCHS": 1, "FEW_EPOCHS": 1, "UNITS": (16,), "ALPHAS": (1.0,)},
        **{"NUM_SAMPLES": 1, "NUM_TEST": 40, "NUM_DRAWN": 20},
    },
}
NAMES = tuple(SETTINGS)
# Runs in a kernel of its own, as Jupyter runs it, with compiled training steps. The others run in this process.
IN_A_KERNEL = "07_anomaly_detection"
# Runs compiled as well: it scores and codes so much that it is slower without graphs.
WITH_GRAPHS = "08_compression"
MOST_BYTES = 1_500_000
CELL_SECONDS = 120
# A word that begins like a folder at the root of some machine, or like a drive of Windows.
MACHINE_PATH = re.compile(
    r"(?<![\w.:/])(?:~/|/(?:home|Users|root|work|tmp|var|private|opt|usr|mnt|content)\b|[A-Z]:\\)"
)


def kept(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def kinds(cell) -> set[str]:
    """What a cell shows: text and pictures, without what libraries say on stderr."""
    shown = set()
    for output in cell.outputs:
        if output.output_type == "stream":
            shown.add(output.name)
        else:
            shown.update(output.get("data", [output.output_type]))
    return shown - {"stderr"}


def texts(part):
    """Every string in a notebook, pictures left out."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for key, value in part.items():
            if not key.startswith("image/"):
                yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)


def test_every_notebook_is_in_the_table():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.fixture
def work(tmp_path, monkeypatch) -> Path:
    """A folder for a notebook to work in, asked to be fast, with IPython's own files beside it."""
    monkeypatch.setenv("KERAS_VAE_FAST", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def few_digits(monkeypatch):
    use_few_digits(monkeypatch, num_train=100)


def assert_shows_what_is_kept(name, first_printed, shown):
    assert "Setting: fast" in first_printed
    for number, (before, now) in enumerate(zip(code_cells(kept(name)), shown, strict=True), start=1):
        assert now, f"code cell {number} shows nothing"
        assert kinds(before) == now, f"code cell {number}"


def run_in_this_process(name):
    results = []
    with fresh_shell() as shell:
        for cell in code_cells(kept(name)):
            results.append(shell.run(cell.source))
            if len(results) == 1:
                assert set(SETTINGS[name]) <= set(shell.user_ns)
                shell.user_ns.update(SETTINGS[name])
    assert_shows_what_is_kept(name, results[0][0], [shown for _, shown in results])


@pytest.mark.usefixtures("eagerly", "few_digits")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in (IN_A_KERNEL, WITH_GRAPHS)])
def test_runs_anew_and_shows_what_is_kept(name, work, monkeypatch):
    monkeypatch.chdir(work)
    run_in_this_process(name)


@pytest.mark.usefixtures("few_digits")
def test_runs_anew_with_graphs(work, monkeypatch):
    monkeypatch.chdir(work)
    run_in_this_process(WITH_GRAPHS)


def test_runs_anew_in_a_kernel_of_its_own(work, monkeypatch):
    # Matplotlib must draw into the notebook, and the kernel find this package.
    monkeypatch.delenv("MPLBACKEND", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(keras_vae.__file__).parents[1]))
    fresh = kept(IN_A_KERNEL)
    for cell in code_cells(fresh):
        cell.outputs, cell.execution_count = [], None
    NotebookClient(
        fresh, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(work)}}
    ).execute()
    cells = code_cells(fresh)
    assert_shows_what_is_kept(IN_A_KERNEL, printed(cells[0]), [kinds(cell) for cell in cells])


@pytest.mark.parametrize("name", NAMES)
def test_is_kept_from_a_full_run_in_order(name):
    notebook = kept(name)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "Setting: full" in printed(cells[0])
    assert sum("image/png" in kinds(cell) for cell in cells) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_keeps_no_error_no_noise_and_no_path_of_a_machine(name):
    notebook = kept(name)
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
    for text in texts(notebook):
        assert MACHINE_PATH.search(text) is None, text
    assert (FOLDER / f"{name}.ipynb").stat().st_size < MOST_BYTES


@pytest.mark.parametrize("path", ["/home/me/x", "see '/tmp/a'", r"C:\data", "~/data", "in\n/usr/lib"])
def test_a_path_of_a_machine_is_found(path):
    assert MACHINE_PATH.search(path)


@pytest.mark.parametrize("text", ["runs/vae/logs", "KL/tmp", "1200/1200 - 9s", "https://x.org/home/y", "~ 5 / 6"])
def test_other_text_is_not_taken_for_a_path(text):
    assert MACHINE_PATH.search(text) is None
