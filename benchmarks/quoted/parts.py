"""What parts of a model are worth: the scale of a decoder, penalties on codes."""

from quoted.markdown import results, table

SCALES = {
    "averaged squared error (scale^2 = D/2)": "averaged squared error, σ² = D/2",
    "fixed, unit": "fixed, σ = 1",
    "summed squared error (scale^2 = 1/2)": "summed squared error, σ² = 1/2",
    "shared, learned": '`"shared"`, learned',
    "optimal": '`"optimal"`',
}
SENTENCE = (
    "{:.1f} nats with the averaged error, {:.1f} with σ = 1, {:.1f} with σ learned and {:.1f} with the optimal one"
)


def decoder_scales() -> str:
    """A Gaussian decoder at several scales."""
    found = results("decoder_scale")["rows"]
    rows = []
    for name, label in SCALES.items():
        row = found[name]
        distances = [f"{row[f'frechet_distance_of_{kind}']:,.1f}" for kind in ("draws", "means")]
        numbers = [f"{row['scale']:.3f}", f"{row['negative_elbo']:.1f}", f"{row['reconstruction_rmse']:.3f}"]
        rows.append([label, *numbers, *distances])
    head = ["scale", "σ after training", "test −ELBO, nats", "RMSE of reconstructions"]
    return table([*head, "Frechet, draws of x", "Frechet, means of p(x\\|z)"], rows)


def decoder_scales_in_words() -> str:
    """The negative ELBO at four of the scales."""
    found = results("decoder_scale")["rows"]
    return SENTENCE.format(*(found[name]["negative_elbo"] for name in SCALES if not name.startswith("summed")))


def sparsity() -> str:
    """How sparse the codes of autoencoders and VAEs are."""
    found = results("sparsity")
    rows = [(name, row) for name, row in found["rows"].items()]
    rows += [(f"{name}, draws", row["draws"]) for name, row in found["rows"].items() if "draws" in row]
    rows += [(f"noise alone, {name}", row) for name, row in found["noise"].items()]
    head = ["code", "mean squared error", "Hoyer", "active", "exactly zero", "units in use"]
    return table([*head, "Hoyer, of those", "active, of those"], [_sparsity_row(*row) for row in rows])


def exactly_zero() -> str:
    """The share of a code that an L1 penalty beside noise makes exactly zero."""
    return f"{results('sparsity')['rows']['ReLU, L1, noise']['exactly_zero'] * 100:.0f} %"


def sparse_with_noise() -> str:
    """What penalties do where there is noise on the code."""
    l1, kl = (results("sparsity")["rows"][name] for name in ("ReLU, L1, noise", "sigmoid, KL sparsity, noise"))
    off = 64 - l1["units_in_use"]
    return (
        f"the same penalties make {l1['exactly_zero'] * 100:.0f} % of the numbers exactly zero (L1, which has switched "
        f"{off} of 64 units off for all images), or leave each image {kl['fraction_active'] * 100:.0f} % of all 64 "
        "units (KL)"
    )


def _sparsity_row(name, row) -> list[str]:
    error = f"{row['mean_squared_error']:.4f}" if "mean_squared_error" in row else ""
    shares = [f"{row[key] * 100:.1f}%" for key in ("fraction_active", "exactly_zero")]
    in_use = [f"{row['hoyer_in_use']:.3f}", f"{row['fraction_active_in_use'] * 100:.1f}%"]
    return [name, error, f"{row['hoyer']:.3f}", *shares, row["units_in_use"], *in_use]
