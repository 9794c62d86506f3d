"""What an autoencoder and a VAE share: parts, codes, reconstructions, saving."""

import contextlib
import functools

import keras
import numpy as np
from keras import ops

from keras_vae.export import saved_model
from keras_vae.files.full_disk import check_room
from keras_vae.files.whole import has_scheme, whole_file
from keras_vae.inputs import batches, data_checks
from keras_vae.inputs.disk_rows import is_on_disk
from keras_vae.inputs.rules import Rule, rule_of
from keras_vae.models.built_copy import built_copy
from keras_vae.models.compiled_functions import CompiledFunctions, is_own, key_of
from keras_vae.models.composite import checked_part
from keras_vae.models.corruption_checks import check_fill, check_keeps_shape
from keras_vae.models.decoder import Decoder
from keras_vae.models.draws import Context, Draws
from keras_vae.models.encoder import Encoder
from keras_vae.models.function_state import function_state
from keras_vae.models.model_state import ModelState
from keras_vae.models.train_step import Trainable
from keras_vae.ops.checks import checked_free_path, checked_seed, checked_size
from keras_vae.ops.keras_internals import VALIDATES, all_layers, forget_validation_data, process_seed
from keras_vae.ops.squared_error import squared_error
from keras_vae.ops.warn import warn
from keras_vae.training import fast_path
from keras_vae.training.directions import tell_directions
from keras_vae.training.strange_rows import warn_of_divergence

# What HDF5 needs beside the numbers of an array, at most, its groups included.
HDF5_BYTES = 2**14
RANDOM_STATE, PROCESS_SEED = "random_state_", "random_state_process_seed"
SHARED = "The encoder and the decoder share a layer, which a `.keras` file cannot hold; `TiedDecoder` shares weights."


class LatentModel(Trainable):
    """Base class: an encoder, a decoder, and data that is checked before it is used.

    Args:
        encoder: An `Encoder`.
        decoder: A `Decoder` whose network takes codes of the encoder's `latent_dim`.
        corruption: A Keras layer that is applied to the input in training only; the target stays clean.
    """

    part_names = ("encoder", "decoder", "corruption")
    # Whether codes have a distribution of their own, p(z), that they can be drawn from.
    has_prior = False
    # Of what is drawn outside of training, where a model draws.
    seed_generator = None

    def __init__(self, encoder: Encoder, decoder: Decoder, corruption=None, **kwargs):
        # The parts cast for themselves: data and weights reach the loss in full precision.
        super().__init__(**{**kwargs, "autocast": False})
        self.encoder = checked_part(encoder, Encoder, "encoder")
        self.decoder = checked_part(decoder, Decoder, "decoder")
        self.corruption = corruption
        if corruption is not None:
            check_fill(checked_part(corruption, keras.layers.Layer, "corruption"), decoder.likelihood)
        self.encoder.take_units_of(self.decoder.likelihood)
        self.decoder.build_for(self.encoder)
        if self.decoder.latent_dim != self.encoder.latent_dim:
            raise ValueError(
                f"The decoder was built for codes of length {self.decoder.latent_dim}, and the encoder gives codes of "
                f"length {self.encoder.latent_dim}."
            )
        if self._shared_layers():
            warn(f"{SHARED} `save_weights` and `export` work, `save` refuses.")
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")
        self._functions = CompiledFunctions(functools.partial(ModelState, self))
        self._fast_path = fast_path.FastPath()
        # Of Keras's own functions of steps, which would go on with what they were made of.
        self._state_of_steps = None

    @property
    def latent_dim(self) -> int:
        """Length of the code."""
        return self.encoder.latent_dim

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """Shape of one code."""
        return self.encoder.latent_shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.decoder.event_shape

    @property
    def part_classes(self) -> dict[str, str]:
        """Names of the classes of its distributions, for messages."""
        parts = {"posterior": self.encoder.posterior, "likelihood": self.decoder.likelihood}
        return {name: type(part).__name__ for name, part in parts.items()}

    def build(self, input_shape):
        if not self.encoder.built:
            self.encoder.build(tuple(input_shape))
        if self.corruption is not None:
            check_keeps_shape(self.corruption, input_shape)

    @functools.wraps(keras.Model.summary)
    def summary(self, *args, **kwargs):
        # Of a model that is not built yet, what it will be for examples of the event's shape.
        shown = self if self.encoder.built else built_copy(self)
        keras.Model.summary(shown, *args, **kwargs)

    @functools.wraps(keras.Model.fit)
    def fit(self, *args, **kwargs):
        arguments = data_checks.checked_arguments(self, super().fit, args, kwargs)
        self._forget_stale_steps()
        tell_directions(arguments.get("callbacks"))
        # Of a training that was interrupted: Keras would take its validation data for those of this one.
        forget_validation_data(self)
        with data_checks.readable_errors(), self._fast_path.fitting(self, arguments):
            history = super().fit(**arguments)
        warn_of_divergence(history.history, arguments["x"])
        return history

    def make_train_function(self, force=False):
        if not self._fast_path.make_train_function(self, force):
            super().make_train_function(force)

    @functools.wraps(keras.Model.evaluate)
    def evaluate(self, *args, **kwargs):
        if VALIDATES in kwargs:
            # The call that `fit` makes at the end of an epoch: the data was checked at its start.
            with self._fast_path.validating(self):
                return super().evaluate(*args, **kwargs)
        arguments = data_checks.checked_arguments(self, super().evaluate, args, kwargs)
        self._forget_stale_steps()
        with data_checks.readable_errors():
            return super().evaluate(**arguments)

    @functools.wraps(keras.Model.predict)
    def predict(self, *args, **kwargs):
        arguments = data_checks.checked_arguments(self, super().predict, args, kwargs)
        self._forget_stale_steps()
        with data_checks.readable_errors():
            return super().predict(**arguments)

    @functools.wraps(keras.Model.train_on_batch)
    def train_on_batch(self, x, y=None, sample_weight=None, **kwargs):
        x, y, sample_weight = data_checks.checked_batch(self, x, y, sample_weight)
        self._forget_stale_steps()
        return super().train_on_batch(x, y, sample_weight, **kwargs)

    @functools.wraps(keras.Model.test_on_batch)
    def test_on_batch(self, x, y=None, sample_weight=None, **kwargs):
        x, y, sample_weight = data_checks.checked_batch(self, x, y, sample_weight)
        self._forget_stale_steps()
        return super().test_on_batch(x, y, sample_weight, **kwargs)

    def encode(self, x, sample: bool = False, batch_size: int = batches.BATCH_SIZE):
        """Maps examples to codes.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            sample: Draw one code from q(z|x) in place of its mean.
            batch_size: Examples at once; a dataset has its own.

        Returns:
            NumPy array `(batch, latent_dim)`.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds NaN or infinity.
        """
        return self._map(self.draw_code if sample else self.mean_code, x, batch_size)

    def decode(self, z, batch_size: int = batches.BATCH_SIZE):
        """Maps codes to the mean of p(x|z).

        Args:
            z: Array `(batch, latent_dim)` of any length.
            batch_size: Codes at once.

        Returns:
            NumPy array `(batch, *event_shape)`.

        Raises:
            ValueError: If z is of another shape, or holds NaN or infinity.
        """
        z = data_checks.checked_codes(z, self.latent_dim)
        codes = batches.array_batches(z, checked_size(batch_size, "batch_size"))
        return batches.run_in_batches(self.compiled_function("mean_image", self.mean_image), codes)

    def reconstruct(self, x, batch_size: int = batches.BATCH_SIZE):
        """Maps examples to the mean of p(x|z) at their mean code.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.

        Returns:
            NumPy array `(batch, *event_shape)`.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds NaN or infinity.
        """
        return self._map(self.reconstruct_batch, x, batch_size)

    def compiled_function(self, key, function, somebodys=None):
        """The compiled function of a key, which is compiled from `function` at the first call.

        It is compiled anew when the model is another: see `ModelState`.

        Args:
            key: What it is kept by.
            function: What is compiled.
            somebodys: A function or layer of somebody's own that it calls: it is compiled anew too when that computes
                with something else, see `function_state`.
        """
        depends_on = None if somebodys is None else functools.partial(function_state, somebodys, self)
        return self._functions.get(key, function, depends_on)

    def checked_batches(self, x, batch_size: int, rule: Rule | None):
        """The batches of an array or a dataset, as tensors that were checked.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.
            rule: What values are allowed; `None` is what the encoder takes, any other asks for the shape of an
                event.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, holds values that are not allowed, or is
                a dataset without an end.
        """
        if rule is not None and self.encoder.input_spec is not None:
            expected = self.encoder.input_spec.shape[1:]
            if expected != self.event_shape:
                raise ValueError(
                    f"The likelihood of x needs the shape of an event, {self.event_shape}; the encoder takes another, "
                    f"{expected}."
                )
        check = functools.partial(data_checks.check_examples, self, name="x", rule=rule)
        if batches.is_dataset(x):
            batches.check_ends(x, "x")
            return batches.dataset_batches(x, check, "x")
        batch_size = checked_size(batch_size, "batch_size")
        if is_on_disk(x):
            return batches.disk_batches(x, check, batch_size)
        return batches.array_batches(check(x), batch_size)

    def over_batches(
        self, function, x, batch_size: int = batches.BATCH_SIZE, target: bool = False, seed=None, **options
    ):
        """Calls one of the model's methods for tensors on examples, batch by batch, as they are asked for.

        Args:
            function: The method, such as `mean_code`, which is compiled once for each of its options; or a function of
                one's own.
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.
            target: Whether the likelihood of x is computed, which asks for values that it allows.
            seed: Int, for a method that takes (batch, seed, stream): each batch has a stream of its own. `None` for one
                that takes a batch alone.
            **options: Keyword arguments of the method, the same for every batch.

        Returns:
            Iterator over what the method returns, with nothing left out at the end. An empty array is one empty batch.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds values that are not allowed.
        """
        key = key_of(function, self, options)
        somebodys = None if is_own(function, self) else function
        compiled = self.compiled_function(key, functools.partial(function, **options), somebodys)
        examples = self.checked_batches(x, batch_size, rule_of(self.decoder.likelihood) if target else None)
        return map(compiled if seed is None else batches.seeded(compiled, checked_seed(seed)), examples)

    def context(self, x, training: bool | None = False) -> Context:
        """What is known of the codes of x, for tensors: `(batch, *event_shape)` to a `Context`."""
        return Context(self.encoder(x, training=training))

    def draws(self, context: Context, num_samples: int = 1, seed=None, **options) -> Draws:
        """Codes drawn from q(z|x), for tensors, with what is said of them: see `VAE.draws`."""
        raise NotImplementedError

    def draw_codes(self, context: Context, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Codes drawn from q(z|x), for tensors: `(batch, num_samples, *latent_shape)`.

        Args:
            context: What `context` says of the examples.
            num_samples: Draws for each example.
            seed: An int or a `SeedGenerator`; `None` draws from the posterior's own generator.
            shared_noise: Give all examples the same noise.
        """
        return self.encoder.posterior.sample(context.q, num_samples, seed, shared_noise)

    def code_moments(self, context: Context) -> tuple:
        """Mean and variance of each latent of q(z|x), for tensors: two of `(batch, *latent_shape)`."""
        posterior = self.encoder.posterior
        return posterior.mean(context.q), posterior.variance(context.q)

    def posterior_parameters(self, x):
        """Parameters of q(z|x), for tensors: `(batch, *event_shape)` to a dict of tensors `(batch, latent_dim)`."""
        return self.context(x).q

    def mean_code(self, x):
        """`encode` for tensors: `(batch, *event_shape)` to `(batch, latent_dim)`."""
        return self.encoder.posterior.mean(self.context(x).q)

    def draw_code(self, x):
        """`encode(sample=True)` for tensors: `(batch, *event_shape)` to `(batch, latent_dim)`."""
        return self.draw_codes(self.context(x), seed=self.seed_generator)[:, 0]

    def mean_image(self, z):
        """`decode` for tensors: `(batch, latent_dim)` to `(batch, *event_shape)`."""
        return self.decoder.likelihood.mean(self.decoder(z, training=False))

    def reconstruct_batch(self, x):
        """`reconstruct` for tensors: `(batch, *event_shape)` to `(batch, *event_shape)`."""
        return self.mean_image(self.mean_code(x))

    def squared_error(self, x):
        """Mean of (x - reconstruction)^2 over the elements that were observed.

        For tensors: `(batch, *event_shape)` to `(batch,)`.
        """
        return squared_error(x, self.reconstruct_batch(x))

    def corrupted(self, x, training):
        """Applies the corruption in training, and nothing elsewhere."""
        if self.corruption is None or not training:
            return x
        return self.corruption(ops.cast(x, self.corruption.compute_dtype), training=True)

    def score(self, x):
        """What each example costs by fixed draws, for tensors: `(batch, *event_shape)` to `(batch,)`, in nats."""
        raise NotImplementedError

    def export(
        self,
        filepath,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature=None,
        *,
        overwrite: bool = False,
        **kwargs,
    ):
        """Writes the model for inference, as `keras.Model.export` does.

        A SavedModel has the signatures `serving_default` and `reconstruct`, `encode`, `decode`, `score`
        (by fixed draws) and, where the model has a prior, `sample` (n) and `sample_seeded` (n, seed). It
        needs neither this package nor Keras to run.

        Args:
            filepath: Where to write; a folder for a SavedModel.
            format: `"tf_saved_model"`; any other goes to Keras as it is.
            verbose: Whether to print the endpoints.
            input_signature: Specification of x; by default float32 of the encoder's input shape.
            overwrite: Write over what is at `filepath`.
            **kwargs: For Keras's own formats: what the format takes.

        Raises:
            ValueError: If something is at `filepath` that may not be overwritten.
        """
        checked_free_path(filepath, overwrite)
        if format == "tf_saved_model":
            if kwargs:
                raise ValueError(f"A SavedModel takes no other arguments. Received: {sorted(kwargs)}.")
            return saved_model.write(self, filepath, verbose, input_signature)
        return super().export(filepath, format, verbose, input_signature, **kwargs)

    def save(self, filepath, overwrite: bool = True, **kwargs):
        """Saves the model as `keras.Model.save` does. The file appears when it is complete.

        A loaded model goes on with its training as this one would. What it draws without a seed, as by `sample`, it
        draws anew, unless `keras.utils.set_random_seed` is told the same seed here and where it is loaded.

        Args:
            filepath: The file, by a name that Keras knows: `.keras`.
            overwrite: Replace the file if it is there. With `False` that is an error, also on a terminal, where Keras
                would ask.
            **kwargs: As for `keras.Model.save`.

        Raises:
            ValueError: If the encoder and the decoder share a layer: Keras could not load such a file; or if something
                is at `filepath` that may not be overwritten.
        """
        if self._shared_layers():
            raise ValueError(f"{SHARED} Use `save_weights`, and load them into a model that is made in the same way.")
        with whole_file(checked_free_path(filepath, overwrite)) as name:
            super().save(name, overwrite=True, **kwargs)

    def save_weights(self, filepath, overwrite: bool = True, **kwargs):
        """Saves the weights as `keras.Model.save_weights` does. The file appears when it is complete.

        Args:
            filepath: The file; its name ends in `.weights.h5`.
            overwrite: As for `save`.
            **kwargs: As for `keras.Model.save_weights`.

        Raises:
            ValueError: If something is at `filepath` that may not be overwritten.
        """
        with whole_file(checked_free_path(filepath, overwrite)) as name:
            if not has_scheme(name):
                check_room(name, sum(variable.numpy().nbytes + HDF5_BYTES for variable in self.variables))
            super().save_weights(name, overwrite=True, **kwargs)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for index, state in enumerate(self._random_states()):
            store[f"{RANDOM_STATE}{index}"] = state
        seed = process_seed()
        if seed is not None:
            store[PROCESS_SEED] = np.array(seed)

    def load_own_variables(self, store):
        keys = list(store.keys())
        super().load_own_variables({key: store[key] for key in keys if not key.startswith(RANDOM_STATE)})
        draws_again = PROCESS_SEED in keys and int(np.asarray(store[PROCESS_SEED])) == process_seed()
        for index, state in enumerate(self._random_states()):
            # A training goes on from where it was. What is drawn outside of it is not the same in each process that
            # loads the model, unless these have the seed of the one that saved it.
            if f"{RANDOM_STATE}{index}" in keys and (draws_again or not self._is_of_draws(state)):
                state.assign(store[f"{RANDOM_STATE}{index}"])

    def _is_of_draws(self, state) -> bool:
        return self.seed_generator is not None and state is self.seed_generator.state

    @contextlib.contextmanager
    def tracing(self):
        # A layer may assign attributes while it is traced: that alone makes nothing stale. What somebody else has
        # assigned since the steps were looked at does.
        is_as_it_was = self._state_of_steps is not None and ModelState(self) == self._state_of_steps
        yield
        if is_as_it_was:
            self._state_of_steps = ModelState(self)

    def _forget_stale_steps(self):
        state = ModelState(self)
        if self._state_of_steps is not None and state != self._state_of_steps:
            self.train_function = self.test_function = self.predict_function = None
            self._fast_path.forget()
        self._state_of_steps = state

    def _shared_layers(self):
        encoders, decoders = ({id(layer) for layer in all_layers(part)} for part in (self.encoder, self.decoder))
        return encoders & decoders

    def _random_states(self):
        """The states of all seed generators, user's layers included, which Keras itself does not save."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def _map(self, function, x, batch_size):
        return batches.run_in_batches(
            self.compiled_function(function.__name__, function), self.checked_batches(x, batch_size, None)
        )
