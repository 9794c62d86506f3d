"""What every likelihood has in common: its parameters, its event axes and its checks of data."""

from collections.abc import Sequence

from keras import ops

from keras_vae.ops.checks import checked_event_shape
from keras_vae.ops.parameter_layer import ParameterLayer


class Likelihood(ParameterLayer):
    """Base class: a distribution over examples, whose parameters are a projection of features.

    A likelihood is a layer: called on the features of a network it returns a dict of parameters. A subclass

    - names the projected parameters in `parameter_names`, each with `values_per_parameter` numbers for each element, or
      says in `parameter_shapes` which shape each has for one example; `call` may map projected values to allowed ones;
    - describes its data in `domain` and `mend`, which appear in error messages;
    - implements `element_log_prob`, `sample` and, where there is one, `mean`, all in the data's own units, in its own
      dtype, and in logarithms throughout;
    - implements `in_domain` if not every finite number can be trained on, `in_support` and `support` in words if not
      all of these have a probability, and `rescaled` if networks cannot be given data as it is;
    - sets `is_fitted` where it estimates a parameter in `fitted`;
    - sets `data_form` where it takes images otherwise than as values from 0 to 1, `levels` where an element is a whole
      number below that, and `has_one_domain` to False where some elements have a domain of their own;
    - puts what its constructor takes into `get_config`, and is registered by
      `keras.saving.register_keras_serializable`.

    `testing.check_likelihood` checks all this.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
        projection: `False` if the network outputs the parameters itself: its features, in the event's sides
            `(n, *event_shape[:-1], numbers)` or flat, are then not projected but taken as they are, at each point one
            parameter after the other. `call` still maps them to what is allowed.
    """

    parameter_names: tuple[str, ...] = ()
    # Numbers that each parameter has for each element; with more than one they are the parameter's last axis.
    values_per_parameter = 1
    # What a person reads when data does not fit: what is expected, and how to get there.
    domain = "finite numbers"
    # What has a probability, where this is less than what can be trained on.
    support: str | None = None
    mend = "Remove or replace what is not finite."
    # How images are given to it: "real" between 0 and 1, "integers" as they are stored, or "binary", drawn from greys.
    data_form = "real"
    # How many values an element can have, from 0 on, where these are whole numbers.
    levels: int | None = None
    # Whether all elements have one domain: data are in it if their smallest and their largest value are.
    has_one_domain = True
    # Whether NaN stands for what is missing.
    takes_missing = False
    # Whether `fitted` estimates a parameter from all that was drawn for a batch.
    is_fitted = False

    def __init__(self, event_shape: Sequence[int], **kwargs):
        super().__init__(**kwargs)
        self.event_shape = checked_event_shape(event_shape)

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter for one example, by name."""
        values = (self.values_per_parameter,) if self.values_per_parameter > 1 else ()
        return dict.fromkeys(self.parameter_names, (*self.event_shape, *values))

    @property
    def sides(self) -> tuple[int, ...]:
        """The event's axes but for the channels."""
        return self.event_shape[:-1]

    def log_prob(self, params, x):
        """Log-probability or log-density of x in nats, summed over the event axes.

        Args:
            params: Dict of parameters, each `(batch, *event_shape)` or `(batch, num_samples, *event_shape)`.
            x: `(batch, *event_shape)`. If the parameters have an axis of samples, x is compared with each sample.

        Returns:
            `(batch,)` or `(batch, num_samples)`.
        """
        event_axes = tuple(range(-len(self.event_shape), 0))
        return ops.sum(self.element_log_prob(params, self.aligned(params, x)), axis=event_axes)

    def aligned(self, params, x):
        """Casts x to the parameters' dtype, with axes of length 1 where they have axes of samples."""
        name, shape = next(iter(self.parameter_shapes.items()))
        parameter = params[name]
        x = ops.cast(x, parameter.dtype)
        if tuple(x.shape[-len(self.event_shape) :]) != self.event_shape:
            raise ValueError(f"x must end in the axes of the event, {self.event_shape}. Received shape {x.shape}.")
        if None not in (x.shape[0], parameter.shape[0]) and x.shape[0] != parameter.shape[0]:
            raise ValueError(
                f"x and the parameters must belong to the same batch. Received shapes {x.shape} and {parameter.shape}."
            )
        rank = len(parameter.shape) - len(shape) + len(self.event_shape)
        while len(x.shape) < rank:
            x = ops.expand_dims(x, -len(self.event_shape) - 1)
        return x

    def element_log_prob(self, params, x):
        """Log-probability or log-density of each element, not summed."""
        raise NotImplementedError

    def mean(self, params):
        """Mean of p(x|z), in the shape of the parameters."""
        raise NotImplementedError

    def sample(self, params, seed):
        """Draws x from p(x|z), in the shape of the parameters; `seed` is an int or a `SeedGenerator`."""
        raise NotImplementedError

    def rescaled(self, x):
        """Maps x from the data's units to values that suit a network, for the encoder."""
        return x

    @property
    def unit(self):
        """Size of the unit that networks see, in the data's units: a number, or one for each column."""
        return 1.0

    def adapt(self, x) -> None:
        """Computes statistics of training data `(batch, *event_shape)`, such as means, before `fit`; none here."""

    def fitted(self, params, x, sample_weight=None, observed=None):
        """Parameters for a training step on x; a likelihood that estimates a scale from the batch does it here.

        Args:
            params: Dict of parameters, each `(batch, num_samples, *event_shape)`.
            x: `(batch, *event_shape)`.
            sample_weight: `None` or `(batch,)`.
            observed: Booleans in the shape of x, False where an element is to be left out; `None` for all of them.
        """
        return params

    def in_domain(self, x):
        """Where x can be trained on: booleans in x's shape."""
        return ops.isfinite(x)

    def in_support(self, x):
        """Where x has a probability or a density: booleans in x's shape."""
        return self.in_domain(x)

    def caution(self, x) -> str | None:
        """What to warn about if x `(batch, *event_shape)` can be trained on, but not well; `None` if all is well.

        Under `Masked` x holds NaN where an element is missing, which is left out.
        """
        return None

    def get_config(self):
        return {**super().get_config(), "event_shape": self.event_shape}
