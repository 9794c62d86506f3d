"""Figures for a person to read."""

# Of each figure of `runs.evaluate` its name, its format and its unit.
FIGURES = {
    "num_examples": ("test images", ",", ""),
    "negative_elbo": ("negative ELBO", ".2f", "nats"),
    "reconstruction": ("reconstruction", ".2f", "nats"),
    "kl": ("KL divergence", ".2f", "nats"),
    "bits_per_dim": ("negative ELBO", ".4f", "bits for each element"),
    "negative_log_likelihood": ("-log p(x)", ".2f", "nats"),
    "standard_error": ("standard error", ".2f", "nats, over the images"),
    "num_samples": ("samples", ",", "for each image"),
    "median_effective_sample_size": ("effective", ",.1f", "samples, median"),
    "active_units": ("active units", ",", "latents"),
    "kl_per_latent_min": ("KL, least", ".2f", "nats, of a latent"),
    "kl_per_latent_max": ("KL, largest", ".2f", "nats, of a latent"),
    "mutual_information": ("of the KL", ".2f", "nats tell examples apart"),
    "marginal_kl": ("of the KL", ".2f", "nats part codes from the prior"),
    "mean_squared_error": ("squared error", ".4g", "mean for each element"),
}
# Of each figure of `runs.sweep` its name, the width of its column and its format.
SWEEP = {
    "latent_dim": ("M", 6, "d"),
    "negative_elbo": ("negative ELBO", 16, ".2f"),
    "distortion": ("distortion", 13, ".2f"),
    "rate": ("rate", 9, ".2f"),
    "squared_error": ("squared error", 16, ".4g"),
    "active_units": ("active units", 15, "d"),
    "seconds": ("seconds", 10, ".1f"),
}
# And of `runs.restore`.
RESTORATION = {
    "num_examples": ("examples", ",", ""),
    "missing": ("missing", ".1%", "of the elements"),
    "starting_log_likelihood": ("log p(observed|z)", ".2f", "nats, at the encoder's code"),
    "log_likelihood": ("log p(observed|z)", ".2f", "nats, at the best code"),
    "acceptance_rate": ("accepted", ".0%", "of the steps"),
    "observed_psnr": ("PSNR, observed", ".2f", "dB"),
    "restored_psnr": ("PSNR, restored", ".2f", "dB"),
    "coverage": ("in 90% intervals", ".1%", "of what is missing"),
}


def figures_table(figures: dict) -> str:
    """Lines of the test figures of `runs.evaluate`."""
    text = _table(figures, FIGURES, 16)
    # Of a model with a condition all is of x under its own.
    return text.replace("-log p(x)  ", "-log p(x|c)") if "condition" in figures else text


def restoration_table(figures: dict) -> str:
    """Lines of the figures of `runs.restore`."""
    return _table(figures, RESTORATION, 18)


def _table(figures, known, width):
    lines = [
        f"  {name:<{width}}{format(figures[key], spec):>10} {unit}".rstrip()
        for key, (name, spec, unit) in known.items()
        if key in figures
    ]
    return "\n".join(lines)


def detections_table(found, num: int) -> str:
    """Lines of the strangest examples of `runs.detect`, and how many are anomalies."""
    anomalies = int((found.verdicts == -1).sum())
    lines = [f"{'example':>9}{'score':>14}{'p-value':>10}  verdict"]
    for index in (-found.scores).argsort(kind="stable")[:num]:
        verdict = "anomaly" if found.verdicts[index] == -1 else "normal"
        lines.append(f"{index:>9}{found.scores[index]:>14.5g}{found.p_values[index]:>10.4f}  {verdict}")
    return "\n".join([*lines, "", f"{anomalies:,} of {len(found.scores):,} are above {found.threshold:.5g}."])


def sweep_table(points: list[dict]) -> str:
    """Lines of the points of `runs.sweep`, one for each latent size; a figure that is missing is a dash."""
    lines = ["".join(f"{name:>{width}}" for name, width, _ in SWEEP.values())]
    for point in points:
        cells = ("-" if point[key] is None else format(point[key], spec) for key, (_, _, spec) in SWEEP.items())
        lines.append("".join(f"{cell:>{width}}" for cell, (_, width, _) in zip(cells, SWEEP.values(), strict=True)))
    return "\n".join(lines)


def compression_table(figures: dict) -> str:
    """Lines of bytes and of bits for each element, of the figures of `runs.compress`, and of other compressors."""
    rows = {"this file": figures["bytes"]}
    if "bound_bytes" in figures:
        rows["negative ELBO"] = figures["bound_bytes"]
    rows |= figures["baselines"]
    lines = [f"  {'':<16}{'bytes':>14} {'bits for each element':>22}"]
    for name, count in rows.items():
        bits = f"{8 * count / figures['num_elements']:.4f}" if figures["num_elements"] else "-"
        lines.append(f"  {name:<16}{round(count):>14,} {bits:>22}")
    return "\n".join(lines)


def size(num_bytes: int | None) -> str:
    """A number of bytes for reading."""
    return "unknown" if num_bytes is None else f"{num_bytes / 2**30:.2f} GiB"
