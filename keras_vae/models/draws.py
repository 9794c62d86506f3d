"""What a model says of its codes: the values that everything asks for which draws or weighs them."""

from typing import Any, NamedTuple


class Context(NamedTuple):
    """What is known before a code is drawn, and computed once, however many are.

    Attributes:
        q: Parameters of q(z|x), a dict of tensors `(batch, ...)`.
        p: Parameters of p(z) that its density is computed from, a dict of tensors; `None` where a prior has none.
        condition: Features of the condition, `(batch, size)`; `None` where the model has none.
    """

    q: dict
    p: dict | None = None
    condition: Any = None


class Draws(NamedTuple):
    """Codes that were drawn from q(z|x), and what is said of them. Log-densities are in nats.

    Attributes:
        z: Codes `(batch, num_samples, *latent_shape)`: what `encode` returns and `decode` takes.
        params: Parameters of p(x|z), a dict of tensors `(batch, num_samples, *event_shape)`; `None` where the codes
            were not decoded.
        log_q: log q(z|x), `(batch, num_samples)`; `None` where nobody asked for it, and of a point.
        log_p: log p(z), likewise.
        kl_terms: KL(q(z|x) || p(z)) in closed form, latent by latent `(batch, latent_dim)` or for the whole code
            `(batch, 1)`; elsewhere estimated by the draws, for the whole code. `None` where there is no prior.
    """

    z: Any
    params: dict | None = None
    log_q: Any = None
    log_p: Any = None
    kl_terms: Any = None
