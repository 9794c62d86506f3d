"""Anomaly detection as scikit-learn has it."""

import copy
import math
import os
import warnings

import keras
import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils.validation import check_is_fitted

from keras_vae.anomaly import attribution, conformal
from keras_vae.anomaly.calibrated_model import CalibratedModel
from keras_vae.anomaly.scores import SCORES, check_score, over_examples, score_batch
from keras_vae.anomaly.trained_rows import TrainedRows, rows_of
from keras_vae.export import saved_model
from keras_vae.files.whole import whole_file
from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.examples import given, x_of
from keras_vae.models import serving
from keras_vae.models.composite import checked_part
from keras_vae.models.latent_model import LatentModel
from keras_vae.models.loading import load_saved
from keras_vae.ops._warn import warn
from keras_vae.ops.checks import checked_bool, checked_free_path, checked_name, checked_seed, checked_size

FALSE_ALARM_RATE = 0.01
FEATURE_NAMES, ROWS_OF_MODEL = "feature_names", "_rows_of_detector"
OF_OLDER_FILE = (
    "The detector comes from an older file, which does not say what its model was trained on: the false alarm rate is "
    "promised only if the model was trained on none of the examples given now. A detector that is trained anew sees "
    "to that by itself."
)
# Of the examples that are given to train on, what is held back to calibrate; more where the rate takes more.
SHARE_HELD_BACK = 0.25
STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 5000, 10, 100


class AnomalyDetector(OutlierMixin, BaseEstimator):
    """Finds examples unlike those that a model was trained on, with a promise about false alarms.

    The promise, with `false_alarm_rate` = a: let n examples that the model was not trained on be used to calibrate, and
    let a new normal example be exchangeable with them, such as an independent draw from the same distribution. Then
    P(`predict` gives it -1) <= a, and is exactly floor(a (n + 1)) / (n + 1) where no two scores are equal: for every n
    of at least 1 / a - 1, every score and every model, well or badly trained. This is a mean over calibrations; for a
    single one, the rate follows a Beta law, see `false_alarm_law`. Nothing is promised about how many anomalies are
    found, nor where normal data have drifted: then calibrate anew, by calling `fit` on new examples.

    Scores, higher for stranger examples; `score_samples` gives their negative, as in scikit-learn:

    - `"elbo"`: -ELBO, from 16 draws; for an `Autoencoder`, -log p(x|z).
    - `"reconstruction_probability"`: -E_q[log p(x|z)], from 16 draws.
    - `"log_likelihood"`: -log p(x), by importance sampling with 16 draws; needs a VAE.
    - `"mse"`: the mean squared error of the reconstruction, without draws.

    Draws are fixed and the same for all examples, so equal examples have equal scores.

    If the model is untrained, `fit` trains a copy of it on part of the examples and calibrates with the rest, which a
    seed chooses. A trained model, or a detector fitted before, is calibrated with all examples. A model counts as
    trained if its optimizer has made a step, unless `train` says otherwise. Examples that a detector was trained on
    never calibrate it later, nor do equal ones: `fit` leaves them out, whatever their order, dtype or company, even
    after `save` and `load`, pickling or cloning. Of the examples given for training, only those held back remain. What
    a model was trained on elsewhere, only you know.

    ```python
    detector = keras_vae.anomaly.AnomalyDetector(vae, false_alarm_rate=0.1).fit(images)
    verdicts = detector.predict(1 - images[:5])  # of negatives: -1 for anomalies, 1 for normal examples
    ```

    Of a model with a condition, an example is scored as one of its class: each method takes `condition=`, or
    `{"x": ..., "condition": ...}` in place of x. The promise is of examples with their conditions, all classes
    together.

    Sources: see `anomaly.conformal` and `anomaly.scores`.

    Args:
        model: An `Autoencoder` or a `VAE`. It is never changed. If it is not compiled, it is trained with Adam, with
            gradients clipped to a norm of at most 1.
        score: `"elbo"`, `"reconstruction_probability"`, `"log_likelihood"` or `"mse"`.
        false_alarm_rate: Share of normal examples that may be called anomalies, in (0, 1); `None` is 0.01, unless
            `contamination` is given.
        contamination: Share of anomalies among the examples given to `fit`, in (0, 0.5), in scikit-learn's sense. It
            replaces `false_alarm_rate`: all examples are trained on, that share of them gets -1, and nothing is
            promised. p-values are then ranks among examples that the model has seen.
        num_samples: Draws for each example; `None` for the numbers above.
        train: Whether `fit` trains: `None` if the model is not trained, `True` always, `False` never.
        epochs: Training epochs; `None` for as many as make 5,000 steps, at least 10 and at most 100.
        batch_size: Examples per training step.
        random_state: Int, the seed that chooses the examples held back.

    Attributes:
        model_: The trained model.
        calibration_scores_: Scores of the calibration examples, in ascending order, `(n,)`.
        threshold_: The score above which an example is an anomaly.
        offset_: The negative of `threshold_`: `decision_function` is `score_samples` less this.
        n_features_in_: Number of columns, if an example is a row of a table.

    Raises:
        ValueError: If an argument is out of range, or the model does not have the score.
    """

    def __init__(
        self,
        model: LatentModel,
        score: str = "elbo",
        *,
        false_alarm_rate: float | None = None,
        contamination: float | None = None,
        num_samples: int | None = None,
        train: bool | None = None,
        epochs: int | None = None,
        batch_size: int = 32,
        random_state: int = 0,
    ):
        self.model = model
        self.score = score
        self.false_alarm_rate = false_alarm_rate
        self.contamination = contamination
        self.num_samples = num_samples
        self.train = train
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self._check_settings()

    def fit(self, x, y=None, *, condition=None):
        """Trains where it is needed, and calibrates.

        Args:
            x: Normal examples `(n, *event_shape)`; a `tf.data.Dataset` of batches where nothing is to be trained.
            y: Ignored, as scikit-learn asks.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.

        Returns:
            The detector.

        Raises:
            ValueError: If there are too few examples for the rate, all are equal, or they do not fit the model.
        """
        self._check_settings()
        x = given(x, condition)
        self._keep_names(_column_names(x_of(x)))
        if self._trains():
            model, scores, trained_on = self._trained(x, self._rows_of(self.model))
        else:
            model = self.model_ if self._keeps_model() else self.model
            trained_on = self._rows_of(model)
            scores = self._calibration_scores(model, x, trained_on)
        scores = np.sort(scores)
        _check_finite(scores)
        self._calibrate(model, scores, self._threshold(scores), trained_on)
        return self

    def fit_predict(self, X, y=None, *, condition=None) -> np.ndarray:
        """`fit`, and then `predict` of the same examples, ints `(n,)`; their name is scikit-learn's."""
        return self.fit(X, condition=condition).predict(X, condition=condition)

    def anomaly_scores(self, x, *, condition=None) -> np.ndarray:
        """The score of each example, the higher, the stranger.

        Args:
            x: Array `(n, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.

        Returns:
            float64 `(n,)`, in nats; for `"mse"`, in the data's units squared.

        Raises:
            ValueError: If x has the wrong shape, holds values that the likelihood does not allow, or its columns do not
                have the names and order of those fitted.
        """
        check_is_fitted(self, "threshold_")
        x = given(x, condition)
        self._check_names(x_of(x))
        return _over_examples(score_batch, self.model_, x, self._fitted)

    def score_samples(self, x, *, condition=None) -> np.ndarray:
        """The negative of `anomaly_scores`: the lower, the stranger, as scikit-learn has it, `(n,)`."""
        return -self.anomaly_scores(x, condition=condition)

    def decision_function(self, x, *, condition=None) -> np.ndarray:
        """`score_samples` less `offset_`: negative for anomalies, `(n,)`."""
        return self.score_samples(x, condition=condition) - self.offset_

    def predict(self, x, *, condition=None) -> np.ndarray:
        """-1 for anomalies and 1 for normal examples, ints `(n,)`."""
        return self.verdicts_of(self.anomaly_scores(x, condition=condition))

    def verdicts_of(self, scores: np.ndarray) -> np.ndarray:
        """`predict` of examples whose `anomaly_scores` are known, `(n,)`."""
        check_is_fitted(self, "threshold_")
        return np.where(np.asarray(scores) > self.threshold_, -1, 1)

    def p_values(self, x, *, condition=None) -> np.ndarray:
        """(1 + how many calibration scores are at least as high) / (n + 1), `(n,)`.

        A normal example has a p-value of at most a with a probability of at most a, for every a.
        """
        return self.p_values_of(self.anomaly_scores(x, condition=condition))

    def p_values_of(self, scores: np.ndarray) -> np.ndarray:
        """`p_values` of examples whose `anomaly_scores` are known, `(n,)`."""
        check_is_fitted(self, "threshold_")
        return np.asarray(conformal.p_values(np.asarray(scores, np.float64), self.calibration_scores_))

    def explain(self, x, *, condition=None) -> np.ndarray:
        """What each pixel or column adds to the score; the sum over an example is its `anomaly_scores`.

        What belongs to no single element, such as the KL divergence, is split equally among all. For a picture, see
        `visualization.contributions`.

        Args:
            x: Array `(n, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.

        Returns:
            float64 `(n, *event_shape)`, in the score's unit.
        """
        check_is_fitted(self, "threshold_")
        x = given(x, condition)
        self._check_names(x_of(x))
        return _over_examples(attribution.contributions, self.model_, x, self._fitted)

    def false_alarm_law(self):
        """How the false alarm rate varies over calibrations of this size: a frozen `scipy.stats.beta`.

        Raises:
            ValueError: If the threshold comes from `contamination`, which promises nothing.
        """
        check_is_fitted(self, "threshold_")
        if self._fitted["contamination"] is not None:
            raise ValueError("A threshold by `contamination` promises no false alarm rate. Use `false_alarm_rate`.")
        return conformal.false_alarm_law(len(self.calibration_scores_), _rate(self._fitted["false_alarm_rate"]))

    def save(self, filepath, overwrite: bool = False) -> None:
        """Writes model, score, threshold and calibration to one `.keras` file, which `load` reads.

        Args:
            filepath: The file, whose name ends in `.keras`. It appears when it is complete.
            overwrite: Replace the file if it is there.

        Raises:
            ValueError: If something is at `filepath` that may not be overwritten, or the name is not a `.keras` file's.
        """
        check_is_fitted(self, "threshold_")
        if not os.fspath(filepath).endswith(".keras"):
            raise ValueError(f"`filepath` must end in '.keras'. Received: {os.fspath(filepath)!r}.")
        with whole_file(checked_free_path(filepath, overwrite)) as name:
            self._calibrated_model().save(name)

    @classmethod
    def load(cls, filepath) -> "AnomalyDetector":
        """The detector that `save` wrote; its `model` is the trained one.

        Raises:
            ValueError: If there is no such file, or it holds something else.
        """
        saved = load_saved(filepath, CalibratedModel, "a detector", "`detector.save('NAME.keras')`")
        settings = dict(saved.settings)
        names = settings.pop(FEATURE_NAMES, None)
        detector = cls(saved.model, saved.score, num_samples=saved.num_samples, **settings)
        detector._keep_names(names)
        scores, threshold = saved.sorted_scores.numpy(), float(saved.threshold.numpy())
        detector._calibrate(saved.model, scores, threshold, saved.trained_on())
        return detector

    def export(self, filepath, verbose: bool | None = None, input_signature=None, overwrite: bool = False) -> None:
        """Writes a SavedModel with the model's own signatures, and `detect`.

        `detect` maps x to a dict of `score` (as `anomaly_scores`), `p_value` and `verdict`, -1 for anomalies; like the
        model's own signatures, it takes the values of a condition beside x.

        Args:
            filepath: The folder to write.
            verbose: Whether to print the endpoints.
            input_signature: Specification of x; by default float32 of the encoder's input shape.
            overwrite: Write over what is at `filepath`.

        Raises:
            ValueError: If something is at `filepath` that may not be overwritten.
        """
        check_is_fitted(self, "threshold_")
        checked_free_path(filepath, overwrite)
        detect = {"detect": self._calibrated_model().call}
        served = serving.signatures(self.model_, input_signature, of_x=detect)
        saved_model.write(filepath, served, verbose, self.model_)

    def __sklearn_clone__(self):
        copied = super().__sklearn_clone__()
        # A copy of the model was trained on what the model was.
        copied._cloned = copied.model, self._rows_of(self.model)
        return copied

    def _keep_names(self, names):
        """Keeps the names of a data frame's columns as scikit-learn does, or that there are none."""
        if names is not None:
            self.feature_names_in_ = np.array(names, object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _check_names(self, x):
        """Raises a ValueError if columns are not those that were fitted, in their order; what has no names passes."""
        names, fitted = _column_names(x), getattr(self, "feature_names_in_", None)
        if names is not None and fitted is not None and names != fitted.tolist():
            raise ValueError(
                f"The columns must be those that were fitted, in the same order: {fitted.tolist()}. Received: {names}."
            )

    def _check_settings(self):
        checked_part(self.model, LatentModel, "model")
        check_score(self.model, checked_name(self.score, SCORES, "score"))
        for name, value, most in (
            ("false_alarm_rate", self.false_alarm_rate, 1.0),
            ("contamination", self.contamination, 0.5),
        ):
            if value is not None:
                _check_share(value, name, most)
        if self.false_alarm_rate is not None and self.contamination is not None:
            raise ValueError(
                "`false_alarm_rate` promises a rate among normal examples, `contamination` says what share of the "
                "data for `fit` is anomalous: give one of the two. Received: "
                f"false_alarm_rate={self.false_alarm_rate!r}, contamination={self.contamination!r}."
            )
        if self.num_samples is not None:
            checked_size(self.num_samples, "num_samples")
        if self.train is not None:
            checked_bool(self.train, "train")
        if self.epochs is not None:
            checked_size(self.epochs, "epochs")
        checked_size(self.batch_size, "batch_size")
        checked_seed(self.random_state, "random_state")

    def _trains(self) -> bool:
        return not (self._keeps_model() or _is_trained(self.model)) if self.train is None else self.train

    def _keeps_model(self) -> bool:
        """Whether there is a model of an earlier `fit`, and no other was given since."""
        return hasattr(self, "_fitted") and self._fitted["model"] is self.model

    def _rows_of(self, model) -> TrainedRows:
        """What an earlier `fit` trained a model on: none, where there was none."""
        if model is getattr(self, "model_", None):
            return self._trained_on
        cloned, trained_on = getattr(self, "_cloned", (None, None))
        if model is cloned:
            return trained_on
        # Of another detector.
        return getattr(model, ROWS_OF_MODEL, TrainedRows.none())

    def _trained(self, x, trained_on) -> tuple:
        """A trained copy of the model, the scores of what calibrates it, and all rows that it was trained on."""
        model = _copied(self.model)
        x = _checked_normals(model, x)
        training, held_back = self._split(trained_on.are_new(rows_of(x)))
        trained = _some(x, training)
        self._train(model, trained)
        scores = self._scores(model, x if self.contamination is not None else _some(x, held_back))
        return model, scores, trained_on.and_rows(rows_of(trained))

    def _split(self, is_new) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the examples to train on, and of those that are held back, which the model has never seen."""
        count, num_new = len(is_new), int(np.sum(is_new))
        if self.contamination is not None:
            return np.arange(count), np.arange(0)
        rate = _rate(self.false_alarm_rate)
        conformal.check_enough(count, rate, trains=True)
        self._check_enough(num_new, count - num_new)
        held_back = min(max(math.ceil(SHARE_HELD_BACK * count), conformal.fewest_scores(rate)), num_new)
        order = np.random.default_rng(self.random_state).permutation(count)
        order = order[np.argsort(~is_new[order], kind="stable")]
        return order[held_back:], order[:held_back]

    def _calibration_scores(self, model, x, trained_on) -> np.ndarray:
        """Scores of the examples that a model was not trained on; of all, where no rate is promised."""
        if self.contamination is not None:
            trained_on = TrainedRows.none()
        elif trained_on.are_unknown:
            warn(OF_OLDER_FILE)
        if batches.is_dataset(x):
            scores, fingerprints = self._of_dataset(model, x, trained_on)
            is_new = trained_on.have_new(fingerprints)
            self._check_enough(np.sum(is_new), np.sum(~is_new))
            return scores[is_new]
        x = _checked_normals(model, x)
        is_new = trained_on.are_new(rows_of(x))
        self._check_enough(np.sum(is_new), np.sum(~is_new))
        return self._scores(model, _some(x, is_new))

    def _of_dataset(self, model, x, trained_on) -> tuple[np.ndarray, np.ndarray]:
        """Scores and fingerprints of a dataset, which is read once: it may come in another order the next time."""
        parts = [
            (self._scores(model, part), trained_on.fingerprints_of(rows_of(keras.tree.map_structure(np.asarray, part))))
            for part in model.checked_batches(x, batches.BATCH_SIZE, model.data_spec.rule)
        ]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _train(self, model, x):
        model.decoder.likelihood.adapt(x_of(x))
        if not model.compiled:
            # Columns with rare large values, which anomalies are found by, make steps that training does not survive.
            model.compile(keras.optimizers.Adam(global_clipnorm=1.0))
        epochs = _epochs(math.ceil(len(x_of(x)) / self.batch_size)) if self.epochs is None else self.epochs
        model.fit(x, epochs=epochs, batch_size=self.batch_size, verbose=0)

    def _check_enough(self, count, left_out=0):
        if self.contamination is None:
            conformal.check_enough(int(count), _rate(self.false_alarm_rate), left_out=int(left_out))

    def _threshold(self, sorted_scores) -> float:
        if self.contamination is not None:
            return float(np.quantile(sorted_scores, 1 - self.contamination))
        return conformal.threshold(sorted_scores, _rate(self.false_alarm_rate))

    def _calibrate(self, model, sorted_scores, threshold, trained_on):
        # A parameter that is set afterwards has no effect before the next `fit`: the threshold is of these.
        self._fitted = self.get_params(deep=False)
        self.model_, self._trained_on = model, trained_on
        setattr(model, ROWS_OF_MODEL, trained_on)
        self.calibration_scores_, self.threshold_, self.offset_ = sorted_scores, threshold, -threshold
        if len(model.event_shape) == 1:
            self.n_features_in_ = model.event_shape[0]

    def _scores(self, model, x) -> np.ndarray:
        return _over_examples(score_batch, model, x, self.get_params(deep=False))

    def _calibrated_model(self) -> CalibratedModel:
        # `train` speaks of the model that was given; the one that is kept is trained.
        settings = self._fitted | {"train": None}
        del settings["model"], settings["score"], settings["num_samples"]
        if hasattr(self, "feature_names_in_"):
            settings[FEATURE_NAMES] = self.feature_names_in_.tolist()
        score, draws = self._fitted["score"], _draws(self._fitted)
        rows, count = self._trained_on, len(self.calibration_scores_)
        # What is not known stays so.
        description = None if rows.are_unknown else rows.description()
        calibrated = CalibratedModel(self.model_, score, draws, count, settings, description)
        calibrated.calibrate(self.calibration_scores_, self.threshold_, None if rows.are_unknown else rows)
        return calibrated


def _some(examples, chosen):
    """Those examples whose numbers, or booleans, are given."""
    return keras.tree.map_structure(lambda array: array[chosen], examples)


def _column_names(x) -> list[str] | None:
    """The names of a data frame's columns, if it is one and they are texts."""
    names = list(getattr(x, "columns", ()))
    return names if names and all(isinstance(name, str) for name in names) else None


def _rate(false_alarm_rate) -> float:
    return FALSE_ALARM_RATE if false_alarm_rate is None else false_alarm_rate


def _draws(settings) -> int:
    return SCORES[settings["score"]][1] if settings["num_samples"] is None else settings["num_samples"]


def _over_examples(function, model, x, settings) -> np.ndarray:
    return over_examples(model, function, x, settings["score"], _draws(settings)).astype(np.float64)


def _copied(model):
    try:
        with warnings.catch_warnings():
            # The optimizer of a model that was compiled alone has no state yet, of which Keras warns.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return copy.deepcopy(model)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "`fit` trains a copy of the model, and this one cannot be copied. Register your own layers with "
            "`keras.saving.register_keras_serializable`, and do not share layers between the encoder and the decoder; "
            f"or train the model yourself, and give `train=False`. Keras says: {error}"
        ) from error


def _is_trained(model) -> bool:
    optimizer = getattr(model, "optimizer", None)
    return optimizer is not None and int(optimizer.iterations) > 0


def _epochs(steps_per_epoch: int) -> int:
    return min(max(math.ceil(STEPS / steps_per_epoch), FEWEST_EPOCHS), MOST_EPOCHS)


def _checked_normals(model, x):
    if batches.is_dataset(x):
        raise ValueError(
            "`x` must be an array: a dataset cannot be split into examples to train on and examples to calibrate "
            "with. Train the model on some, and give the others to `fit`."
        )
    examples = check_examples(model.data_spec, x, "x", model.data_spec.rule)
    x = x_of(examples)
    if len(x) == 0:
        raise ValueError(f"`x` is empty: it must hold normal examples. Received shape {x.shape}.")
    if len(x) > 1 and np.all(x == x[0]):
        raise ValueError(
            f"`x` holds {len(x)} examples that are all equal: a model cannot learn from them, and their scores do not "
            "show what is strange. Give examples that differ."
        )
    return examples


def _check_finite(sorted_scores):
    finite = np.isfinite(sorted_scores)
    if not finite.all():
        raise ValueError(
            f"{np.sum(~finite)} of {len(finite)} normal examples have a score that is not a finite number, so no "
            "threshold can be set. Remove values that are too large; if all scores are like this, the training has "
            "diverged: standardise the data, or compile the model with a lower learning rate."
        )


def _check_share(value, name, most):
    try:
        share = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        share = math.nan
    if not 0 < share < most:
        raise ValueError(f"`{name}` must be above 0 and below {most:g}. Received: {name}={value!r}.")
