"""A run on one page."""

import os

from keras_vae.files.whole import write_text
from keras_vae.models import load_model
from keras_vae.models._has_prior import check_has_prior
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs.folder import RunFolder, checked_folder
from keras_vae.runs.report_findings import examine
from keras_vae.runs.report_html import html_page
from keras_vae.runs.report_sections import headline, sections, settings_line
from keras_vae.runs.report_tables import shown
from keras_vae.visualization import page, save_png

PNG, HTML = "report.png", "report.html"


def report(
    run: str,
    output: str | None = None,
    dataset: str | None = None,
    data_dir: str | None = None,
    overwrite: bool = False,
) -> tuple[str, str]:
    """Puts curves, pictures and figures of a run on one page: `report.png`, and `report.html` without other files.

    Args:
        run: A folder that `train` wrote.
        output: The folder to write to; `None` is the run's own.
        dataset: A name for `datasets.load`, whose test split the model is tested on, or a path; `None` is the run's
            own, of a path what the run was validated on.
        data_dir: Where TFDS finds its data.
        overwrite: Replace the report that is there.

    Returns:
        The paths of the two files.

    Raises:
        ValueError: Before any long work, if there is no run in the folder, its model is no VAE, or something is there
            that may not be overwritten; if the dataset is unknown, or its images do not fit the model.
    """
    folder = RunFolder(run)
    metrics = folder.read_metrics()
    output = folder.path if output is None else checked_folder(output)
    image_file, html_file = (checked_free_path(os.path.join(output, name), overwrite) for name in (PNG, HTML))
    vae = load_model(folder.model, compile=False)
    check_has_prior(vae, "A report")
    findings = examine(vae, metrics, metrics["settings"]["dataset"] if dataset is None else dataset, data_dir)
    title, rows = os.path.basename(os.path.abspath(folder.path)), sections(metrics, findings)
    head = title, settings_line(metrics), headline(metrics, findings)
    figures = [(f"{shown(value)} {unit}".strip(), name) for name, value, unit in head[2]]
    panels = [[[section.panel for section in stack] for stack in columns] for columns in rows]
    text = html_page(*head, rows, metrics)
    save_png(image_file, page(title, head[1], figures, panels), overwrite)
    write_text(html_file, text)
    return image_file, html_file
