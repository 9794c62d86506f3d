"""How long training, inference and starting take."""

from statistics import median

from quoted.markdown import results, table

CASES = {
    "dense_100": "dense, batch 100",
    "dense_1000": "dense, batch 1000",
    "conv_128": "convolutional, batch 128",
}
CONTENDERS = {
    "keras_vae_fit": "**keras_vae**",
    "keras_plain": "Keras, its documentation's VAE",
    "jax_loop": "JAX, a loop by hand",
    "torch_eager": "PyTorch, a loop by hand",
    "torch_compile": "PyTorch, `torch.compile`",
    "pythae": "Pythae",
}
TARGETS = (
    ("dense_100", "JAX", "jax_loop", 0.9),
    ("dense_100", "PyTorch, eager", "torch_eager", 0.5),
    ("dense_100", "plain Keras", "keras_plain", 0.45),
    ("dense_1000", "JAX", "jax_loop", 1.0),
    ("conv_128", "plain Keras", "keras_plain", 0.75),
    ("conv_128", "PyTorch, channels last", "torch_eager", 0.55),
)
STEP_PARTS = ("noise", "forward", "backward", "optimizer", "metrics", "step", "fit")
METHODS = ("predict", "reconstruct", "encode", "decode", "sample", "elbo")
SERVED = {"serving_default": "`serving_default`", "sample": "`sample`"}


def training_seconds() -> str:
    """Seconds for an epoch beside other frameworks."""
    rows = []
    for contender, label in CONTENDERS.items():
        cells = [_seconds(results(f"training_speed_{case}")["contenders"], contender) for case in CASES]
        rows.append([label, *cells])
    return table(["seconds for an epoch", *CASES.values()], rows)


def _seconds(rows, contender) -> str:
    if contender not in rows:
        return ""
    seconds = median(rows[contender]["seconds"])
    ratio = "" if contender == "keras_vae_fit" else f" ({_ratio(rows, contender):.2f})"
    return f"{seconds:.2f}{ratio}"


def _ratio(rows, contender) -> float:
    ours, theirs = (median(rows[name]["seconds"]) for name in ("keras_vae_fit", contender))
    return ours / theirs


def speed_targets() -> str:
    """What was aimed at, and what was measured."""
    rows = []
    for case, beside, contender, most in TARGETS:
        measured = _ratio(results(f"training_speed_{case}")["contenders"], contender)
        rows.append([case, beside, f"at most {most}", f"{measured:.2f}"])
    return table(["case", "beside", "aimed at", "measured"], rows)


def step_parts() -> str:
    """Milliseconds of the parts of a training step."""
    loops = results("step_profile")["milliseconds"]
    rows = [
        [part, *(f"{loops[loop][part]:.2f}" for loop in ("Keras's loop", "what fit chooses"))] for part in STEP_PARTS
    ]
    return table(["part", "Keras's loop", "what `fit` chooses"], rows)


def pipeline_milliseconds() -> str:
    """The input pipeline, read alone."""
    pipeline = results("step_profile")["milliseconds"]["pipeline"]
    return f"{pipeline['read']:.2f} ms for a batch, and {pipeline['checked']:.2f}"


def times_to_quality() -> str:
    """Seconds until the test negative ELBO has passed so many nats."""
    rows = []
    for name, row in results("time_to_quality")["contenders"].items():
        times = ["-" if seconds is None else f"{seconds:.1f} s" for seconds in row["seconds_to"].values()]
        rows.append([name, *times, f"{sum(row['seconds']):.1f} s", f"{row['negative_elbos'][-1]:.2f}"])
    return table(["contender", "to 95 nats", "to 92 nats", "to 90 nats", "all epochs", "last −ELBO"], rows)


def inference_rates() -> str:
    """Images a second of a model's methods, and of its SavedModel."""
    models = list(results("inference_speed")["models"].values())
    names = {"keras.Model.predict": "`keras.Model.predict`, plain", **{name: f"`{name}`" for name in METHODS}}
    rows = [[label, *(f"{model['images_per_second'][name]:,.0f}" for model in models)] for name, label in names.items()]
    for name, label in SERVED.items():
        served = [model["served"][name] for model in models]
        one = [f"{found['latency_ms_median']:.2f} ms" for found in served]
        rows.append([f"SavedModel, {label}, one image", *one])
        rows.append([f"SavedModel, {label}, 256 images", *(f"{found['images_per_second']:,.0f}" for found in served)])
    return table(["", "dense, 50 latents", "convolutional, 16 latents"], rows)


def import_seconds() -> str:
    """How long imports take."""
    seconds = results("startup")["imports"]
    return (
        f"Importing TensorFlow and Keras takes {seconds['tensorflow, keras']:.2f} s, this package after them "
        f"{seconds['keras_vae']:.2f} s."
    )


def first_reports() -> str:
    """Seconds until `fit` reports for the first time."""
    found = {}
    for run in results("startup")["fit"]:
        found.setdefault((run["network"], run["steps"]), {})[run["loop"]] = run
    rows = []
    for (network, steps), loops in found.items():
        ours, theirs = loops["keras_vae"], loops["Keras's loop"]
        cells = [f"{run['first_report_seconds']:.2f} s, for {run['first_report_steps']}" for run in (ours, theirs)]
        rows.append([network, steps, *cells])
    return table(["network", "steps in all", "this package", "Keras's loop"], rows)


def conv_600_steps() -> str:
    """What 600 steps of a convolutional model took."""
    runs = {run["loop"]: run for run in results("startup")["fit"] if (run["network"], run["steps"]) == ("conv", 600)}
    ours, theirs = (f"{runs[loop]['fit_seconds']:.1f}" for loop in ("keras_vae", "Keras's loop"))
    return f"`fit` took {ours} s in these runs and Keras's loop {theirs}"


def beside_older() -> str:
    """What `fit` takes of an older version's time in a dense case, and what its first epoch takes."""
    case = results("fit_side_by_side")["cases"]["dense_100"]
    all_epochs, first = (_with_error(case[kind]) for kind in ("seconds", "first_seconds"))
    return f"{all_epochs} of the older version's time, and its first epoch {first}"


def beside_older_in_larger_cases() -> str:
    """The same of larger batches and of convolutions."""
    cases = results("fit_side_by_side_4096")["cases"]
    return " and ".join(_with_error(cases[case]["seconds"]) for case in ("dense_1000", "conv_128"))


def _with_error(ratio) -> str:
    return f"{ratio['median_ratio']:.3f} ± {ratio['standard_error']:.3f}"


def batch_sizes() -> str:
    """What an image costs in batches of three sizes."""
    costs = {
        point["batch_size"]: point["microseconds_per_image"] for point in results("growth")["panels"]["batch_size"]
    }
    return (
        f"An image costs {costs[25]:.0f} microseconds in batches of 25, {costs[400]:.0f} in batches of 400 and "
        f"{costs[1600]:.0f} in batches of 1,600."
    )
