"""A VAE where scikit-learn expects a transformer, such as PCA."""

import contextlib
import random
from collections.abc import Callable, Sequence

import keras
import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from keras_vae import likelihoods, networks, posteriors
from keras_vae.datasets._shuffled_rows import shuffled_rows
from keras_vae.inputs.plain_arrays import check_is_dense, unmasked
from keras_vae.models import VAE, Decoder, Encoder
from keras_vae.models.composite import checked_part
from keras_vae.ops.checks import MOST_SEED, checked_bool, checked_number, checked_size, checked_sizes

SCORE_SEED, SCORE_DRAWS = 0, 16


class VAETransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A VAE of the rows of a table: `transform` gives mean codes, `inverse_transform` rows, `score` nats.

    It goes where `sklearn.decomposition.PCA` goes: in pipelines, grid searches and cross-validation, it is cloned and
    pickled. Columns are standardised on the way in and put back on the way out; one that never varies in the training
    data tells nothing and has no density: it is left out, and comes back as it was.

    Args:
        latent_dim: Length of the code.
        units: Width of each hidden layer of the encoder; the decoder has them in reverse.
        scale: The decoder's, as in `likelihoods.Normal`: `"optimal"`, `"shared"`, `"predicted"` or a number, of
            standardised columns.
        beta: Weight of the KL divergence.
        epochs: Passes over the training data.
        batch_size: Rows for each step; all of them, where there are fewer.
        learning_rate: Adam's.
        standardize: Whether columns are standardised; `False` hands them on as they are, as binary data needs it.
        build: Function of (number of columns, latent_dim) that returns a new `VAE` of any kind in place of this one;
            `units`, `scale` and `beta` are then without effect, and so is `learning_rate` if it is compiled. It has no
            condition.
        random_state: Int, `numpy.random.RandomState` or `None`, as scikit-learn has it: the same int gives the same
            codes. Global generators are left as they were, but for NumPy's, which `None` draws a seed from.
        verbose: As in Keras's `fit`.

    Attributes:
        model_: The `VAE`, of the columns that vary, standardised.
        scaler_: The `StandardScaler` of these columns; `None` without standardisation.
        varying_: `(n_features_in_,)`, which columns are modelled.
        constants_: `(n_features_in_,)`, what the others come back as.
        n_features_in_: Number of columns.
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        units: Sequence[int] = (128, 128),
        scale: float | str = "optimal",
        beta: float = 1.0,
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        standardize: bool = True,
        build: Callable | None = None,
        random_state=None,
        verbose: int | str = 0,
    ):
        self.latent_dim = latent_dim
        self.units = units
        self.scale = scale
        self.beta = beta
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.standardize = standardize
        self.build = build
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None):
        """Trains the model.

        Args:
            X: `(n_samples, n_features)`, at least two rows.
            y: Not used, as scikit-learn's pipelines hand it on.

        Returns:
            The transformer.

        Raises:
            ValueError: Before the training, if an argument is out of range, or X is no table of finite numbers or has
                no column that varies; after it, if the training diverged.
        """
        # A fit that fails leaves nothing behind that would pass for a fitted model.
        vars(self).pop("model_", None)
        epochs, batch_size = checked_size(self.epochs, "epochs"), checked_size(self.batch_size, "batch_size")
        checked_size(self.latent_dim, "latent_dim")
        checked_number(self.learning_rate, "learning_rate", 0.0, inclusive=False)
        standardize = checked_bool(self.standardize, "standardize")
        X = validate_data(self, _plain(X), dtype=(np.float64, np.float32), ensure_min_samples=2)
        self.varying_ = np.ptp(X, axis=0) > 0 if standardize else np.ones(X.shape[1], bool)
        if not self.varying_.any():
            raise ValueError("X must have a column that varies. Received: the same row again and again.")
        self.constants_ = np.where(self.varying_, 0.0, X[0])
        self.scaler_ = StandardScaler().fit(X[:, self.varying_]) if standardize else None
        rows = self._rows(X)
        seed = int(check_random_state(self.random_state).randint(MOST_SEED))
        with _seeded(seed):
            model = self._built(rows.shape[1])
        # All epochs are one of Keras's: nothing is done between them, and short ones would cost more than their steps.
        history = model.fit(shuffled_rows(rows, batch_size, epochs, seed), verbose=self.verbose)
        if not np.isfinite(history.history["loss"][-1]):
            raise ValueError(f"The training diverged. Try a lower learning_rate than {self.learning_rate}.")
        self.model_ = model
        return self

    def transform(self, X) -> np.ndarray:
        """Mean codes: `(n_samples, n_features)` to float32 `(n_samples, latent_dim)`.

        Raises:
            ValueError: If X is no table of finite numbers with the columns of the training data.
            NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "model_")
        return self.model_.encode(self._rows(self._checked(X)))

    def inverse_transform(self, X) -> np.ndarray:
        """Means of p(x|z) in the units of the training data: `(n_samples, latent_dim)` to `(n_samples, n_features)`.

        Raises:
            ValueError: If X is no table of finite numbers with a column for each latent.
            NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "model_")
        decoded = self.model_.decode(check_array(_plain(X), dtype=np.float32)).astype(np.float64)
        rows = np.tile(self.constants_, (len(decoded), 1))
        rows[:, self.varying_] = decoded if self.scaler_ is None else self.scaler_.inverse_transform(decoded)
        return rows

    def score(self, X, y=None) -> float:
        """The mean evidence lower bound on log p(x), in nats for each row and in the units of X; by fixed draws.

        Comparable with `PCA.score`, which is the mean log-likelihood of rows under another model.

        Args:
            X: `(n_samples, n_features)`.
            y: Not used.

        Raises:
            ValueError: If X is no table of finite numbers with the columns of the training data.
            NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "model_")
        rows = self._rows(self._checked(X))
        bounds = self.model_.elbo(rows, num_samples=SCORE_DRAWS, seed=SCORE_SEED)
        # A density of standardised columns becomes one of the columns themselves.
        log_volume = 0.0 if self.scaler_ is None else np.sum(np.log(self.scaler_.scale_))
        return float(np.mean(bounds, dtype=np.float64) - log_volume)

    @property
    def _n_features_out(self) -> int:
        return self.model_.latent_dim

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # Codes have the precision of the network.
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _checked(self, X):
        return validate_data(self, _plain(X), reset=False, dtype=(np.float64, np.float32))

    def _rows(self, X):
        """What the model takes."""
        rows = X[:, self.varying_]
        return (rows if self.scaler_ is None else self.scaler_.transform(rows)).astype(np.float32)

    def _built(self, n_features):
        model = self._default(n_features) if self.build is None else self.build(n_features, self.latent_dim)
        checked_part(model, VAE, "build(n_features, latent_dim)")
        if model.latent_dim != self.latent_dim or model.event_shape != (n_features,):
            raise ValueError(
                f"`build({n_features}, {self.latent_dim})` must return a VAE of event_shape ({n_features},) and of "
                f"latent_dim {self.latent_dim}. Received: event_shape {model.event_shape}, latent_dim "
                f"{model.latent_dim}."
            )
        if model.condition is not None:
            raise ValueError(
                f"The rows of a table have no condition beside them: `build({n_features}, {self.latent_dim})` must "
                "return a VAE without one, or encode by the VAE itself, `vae.encode(x, condition=...)`. Received: "
                f"condition={model.condition.described()}."
            )
        if not model.built:
            model.build((None, n_features))
        if not model.compiled:
            model.compile(keras.optimizers.Adam(self.learning_rate))
        return model

    def _default(self, n_features):
        units = checked_sizes(self.units, "units")
        return VAE(
            Encoder(networks.dense(units), posteriors.DiagonalNormal(self.latent_dim)),
            Decoder(networks.dense(units[::-1]), likelihoods.Normal((n_features,), self.scale)),
            beta=self.beta,
        )


def _plain(X):
    """X without a mask, which scikit-learn would drop; it refuses what is missing."""
    check_is_dense(X, "X")
    return unmasked(X)


@contextlib.contextmanager
def _seeded(seed):
    """Python's and NumPy's global generators, which Keras and users draw seeds from, start anew inside."""
    states = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
