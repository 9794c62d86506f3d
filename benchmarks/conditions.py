"""What a condition is worth on MNIST: likelihoods with and without labels, Bayes's rule, and samples of a class.

Dense VAEs of one size, with `Labels(10)` and without, at two betas, on images that are binarised afresh in each epoch.
The last 5,000 training images choose the epoch, and chose the larger beta for its samples; test images, binarised once
and for all, are looked at for the table alone. -log p(x), -log p(x|c) and the posterior over classes are by importance
sampling. Of 10,000 images that are sampled under each class in turn, a convolutional classifier, trained on the same
binarised images, says how many are what was asked for. Printed and written to `results/conditions.json`; each training
keeps its best epoch in `--runs`, goes on from its last one when it is started again, and is not repeated once it is
done.

    python benchmarks/conditions.py
"""

import argparse
import json
import pathlib
import time

import keras
import numpy as np
import reports
import tensorflow as tf

from keras_vae import VAE, conditions, datasets, evaluation, load_model
from keras_vae.runs.schedules import learning_rate_schedule

EVENT_SHAPE, NUM_CLASSES, SEED = (28, 28, 1), 10, 0
TRAIN, VALIDATION, TEST = "train[:55000]", "train[55000:]", "test"
BATCH_SIZE, LEARNING_RATE, LATENT_DIM = 100, 1e-3, 16
# The weight of the KL divergence, and for how many epochs.
EPOCHS_OF_BETA = {1.0: 25, 3.0: 18}
NUM_DRAWN = 10_000
CLASSIFIER_EPOCHS = 5


def main():
    """Trains, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs/conditions"))
    parser.add_argument("--num-samples", type=int, default=500)
    parser.add_argument("--class-samples", type=int, default=50)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    classifier = trained_classifier(options)
    x, labels = images_and_labels(TEST, options.data_dir, "static")
    rows = {}
    for beta in EPOCHS_OF_BETA:
        plain, minutes = trained(options, beta, conditional=False)
        rows[f"no condition, beta {beta:g}"] = {"nll": nll(plain, x, options.num_samples), "minutes": minutes}
        conditional, minutes = trained(options, beta, conditional=True)
        rows[f"Labels(10), beta {beta:g}"] = {
            "nll": nll(conditional, {"x": x, "condition": labels}, options.num_samples),
            "minutes": minutes,
            **by_bayes(conditional, x, labels, options.class_samples),
            "as_asked": share_as_asked(classifier, conditional),
        }
    print(reports.table([["MNIST", "-log p", "accuracy", "as asked", "min"], *map(cells, rows, rows.values())]))
    settings = {
        "epochs_of_beta": EPOCHS_OF_BETA,
        "batch_size": BATCH_SIZE,
        "learning_rate": LEARNING_RATE,
        "seed": SEED,
    }
    settings |= {"latent_dim": LATENT_DIM, "num_samples": options.num_samples, "class_samples": options.class_samples}
    settings["classifier_accuracy"] = accuracy(classifier.predict(x, verbose=0), labels)
    reports.write(options.output / "conditions.json", {"settings": settings, "rows": rows})


def trained(options, beta: float, conditional: bool) -> tuple[VAE, float]:
    """The model of the best epoch on the validation images, and the minutes that its training took."""
    folder = options.runs / f"{'labels' if conditional else 'no_condition'}_{beta:g}"
    if not (folder / "minutes.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        train = batches(TRAIN, options.data_dir, "dynamic", conditional)
        validation = batches(VALIDATION, options.data_dir, "static", conditional)
        keras.utils.set_random_seed(SEED)
        condition = conditions.Labels(NUM_CLASSES) if conditional else None
        vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, condition=condition)
        vae.beta = beta
        rate = learning_rate_schedule("cosine", LEARNING_RATE, EPOCHS_OF_BETA[beta] * len(train))
        vae.compile(keras.optimizers.Adam(rate))
        best = {"monitor": "val_loss", "mode": "min", "save_best_only": True}
        callbacks = [
            keras.callbacks.BackupAndRestore(folder / "backup"),
            keras.callbacks.ModelCheckpoint(folder / "model.keras", **best),
        ]
        start = time.monotonic()
        vae.fit(train, validation_data=validation, epochs=EPOCHS_OF_BETA[beta], callbacks=callbacks, verbose=2)
        (folder / "minutes.json").write_text(json.dumps((time.monotonic() - start) / 60), encoding="utf-8")
    return load_model(folder / "model.keras"), json.loads((folder / "minutes.json").read_text(encoding="utf-8"))


def trained_classifier(options) -> keras.Model:
    """A convolutional classifier of binarised images, its epoch chosen on the validation images."""
    path = options.runs / "classifier.keras"
    if not path.exists():
        keras.utils.set_random_seed(SEED)
        layers = keras.layers
        classifier = keras.Sequential(
            [
                layers.Conv2D(32, 5, padding="same", activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(64, 5, padding="same", activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(256, activation="relu"),
                layers.Dropout(0.5),
                layers.Dense(NUM_CLASSES, activation="softmax"),
            ]
        )
        train, validation = (
            datasets.load("mnist", split, BATCH_SIZE, binarize=kind, with_labels=True, data_dir=options.data_dir)
            for split, kind in ((TRAIN, "dynamic"), (VALIDATION, "static"))
        )
        rate = learning_rate_schedule("cosine", LEARNING_RATE, CLASSIFIER_EPOCHS * len(train))
        classifier.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        best = keras.callbacks.ModelCheckpoint(path, monitor="val_accuracy", mode="max", save_best_only=True)
        classifier.fit(train, validation_data=validation, epochs=CLASSIFIER_EPOCHS, callbacks=[best], verbose=2)
    return keras.models.load_model(path)


def batches(split, data_dir, binarize, conditional: bool) -> tf.data.Dataset:
    """Batches of images, with their labels as a condition or without."""
    return datasets.load(
        "mnist", split, BATCH_SIZE, binarize=binarize, data_dir=data_dir, seed=SEED, conditional=conditional
    )


def images_and_labels(split, data_dir, binarize) -> tuple[np.ndarray, np.ndarray]:
    """All images of a split, and their labels."""
    data = datasets.load("mnist", split, 1000, binarize=binarize, with_labels=True, data_dir=data_dir, seed=SEED)
    return tuple(np.concatenate(parts) for parts in zip(*data.as_numpy_iterator(), strict=True))


def nll(vae, examples, num_samples) -> dict:
    """-log p of the test images in nats, and its standard error."""
    estimate = evaluation.log_likelihood(vae, examples, num_samples=num_samples, seed=SEED)
    return {"mean": -estimate.mean, "standard_error": estimate.standard_error}


def by_bayes(vae, x, labels, num_samples) -> dict:
    """What Bayes's rule makes of the classes' likelihoods, and -log p(x) = -log sum_c p(c) p(x|c)."""
    log_p = evaluation.class_log_likelihoods(vae, x, num_samples=num_samples, seed=SEED)
    joint = log_p + keras.ops.convert_to_numpy(vae.condition.log_probabilities)
    log_marginal = np.logaddexp.reduce(joint, axis=1)
    posterior = np.exp(joint - log_marginal[:, np.newaxis])
    gain = log_p[np.arange(len(labels)), labels] - log_marginal
    return {
        "accuracy": accuracy(posterior, labels),
        "calibration_error": float(evaluation.expected_calibration_error(posterior, labels)),
        "nll_of_x": float(-log_marginal.mean()),
        # E[log p(x|c) - log p(x)]: how many nats of x the label tells, at most log 10.
        "nats_of_label": float(gain.mean()),
    }


def share_as_asked(classifier, vae) -> float:
    """The share of draws under each class in turn that the classifier takes for that class."""
    asked = np.arange(NUM_DRAWN) % NUM_CLASSES
    return accuracy(classifier.predict(vae.sample(NUM_DRAWN, seed=SEED, condition=asked), verbose=0), asked)


def accuracy(probabilities, labels) -> float:
    """The share of examples whose likeliest class is their own."""
    return float(np.mean(np.argmax(probabilities, axis=1) == labels))


def cells(name, row) -> list[str]:
    """A row of the table."""
    shares = (f"{row[key]:.2%}" if key in row else "" for key in ("accuracy", "as_asked"))
    return [name, f"{row['nll']['mean']:.2f}", *shares, f"{row['minutes']:.0f}"]


if __name__ == "__main__":
    main()
