"""What a distribution over codes owes: a density, and draws that are of it."""

import numpy as np

from keras_vae.testing import draws, quadrature
from keras_vae.testing.verdict import hold

# What the quadrature leaves of a density with a kink or with two modes: in one latent, and in two, where kinks lie
# across the panels.
TOLERANCE, TOLERANCE_IN_TWO = 1e-4, 2e-3
# In two latents, 2^9 widths to each side.
FARTHEST_IN_TWO = 9
CONSTANTS = "constants, log-scales and the log-determinant of the Jacobian in `log_prob`"


def hold_integral(part, log_density, drawn: np.ndarray) -> None:
    """Holds a density over one or two latents to integrate to 1.

    Args:
        part: What is held to the law.
        log_density: Maps codes `(n, latents)` to log-densities `(n,)`.
        drawn: Draws `(n, latents)`, which say where the mass is.
    """
    latents = drawn.shape[1]
    law = f"the density integrates to 1 in {('one latent', 'two latents')[latents - 1]}"
    z, weights = _grid(log_density, drawn)
    mass = np.sum(weights * np.exp(log_density(z)))
    hold(part, law, abs(mass - 1), TOLERANCE if latents == 1 else TOLERANCE_IN_TWO, CONSTANTS)


def hold_draws(part, log_density, drawn: np.ndarray) -> None:
    """Holds draws of a single latent `(n, 1)` to be distributed as their density says."""
    z, weights = _grid(log_density, drawn)
    masses = weights * np.exp(log_density(z))
    at_draws = np.interp(drawn[:, 0], z[:, 0], np.cumsum(masses) - masses / 2)
    law = "draws are distributed as `log_prob` says"
    draws.hold_uniform(part, law, at_draws[:, None], "`sample`, and `log_prob`")


def expectation(log_density, drawn: np.ndarray, function) -> float:
    """The integral of the density times a function `(n, 1)` to `(n,)`, in one latent."""
    z, weights = _grid(log_density, drawn)
    # Where nothing is left of the density, the function may be infinite.
    masses = weights * np.exp(log_density(z))
    kept = masses > 0
    return float(np.sum(masses[kept] * function(z[kept])))


def _grid(log_density, drawn):
    """Nodes `(n, latents)` and weights `(n,)`, in axes along which the draws are uncorrelated and of one width."""
    latents = drawn.shape[1]
    ends = [_ends(log_density, drawn, axis) for axis in range(latents)]
    farthest = quadrature.FARTHEST if latents == 1 else FARTHEST_IN_TWO
    if np.isfinite(ends).any():
        # The edges of a support lie along the latents themselves.
        origin, factor = np.zeros(latents), np.eye(latents)
    else:
        ends = np.tile([-np.inf, np.inf], (latents, 1))
        origin, factor = np.median(drawn, axis=0), np.linalg.cholesky(np.atleast_2d(np.cov(drawn, rowvar=False)))
    centre, width = quadrature.centre_and_width(np.linalg.solve(factor, (drawn - origin).T).T)
    nodes, weights = quadrature.nodes_and_weights(*np.transpose(ends), centre, width, farthest)
    # Panels of no length are left out: their number would be squared.
    axes = [(z[w > 0], w[w > 0]) for z, w in zip(nodes.T, weights.T, strict=True)]
    mesh, products = (np.stack(np.meshgrid(*columns, indexing="ij"), axis=-1) for columns in zip(*axes, strict=True))
    mesh, products = mesh.reshape(-1, latents), np.prod(products.reshape(-1, latents), axis=1)
    return mesh @ factor.T + origin, products * np.abs(np.linalg.det(factor))


def _ends(log_density, drawn, axis) -> np.ndarray:
    """Where the density of one latent becomes zero for good, with the others at a draw."""

    def inside(values):
        z = np.repeat(drawn[:1], len(values), axis=0)
        z[:, axis] = values
        return np.isfinite(log_density(z))

    _, width = quadrature.centre_and_width(drawn[:, axis : axis + 1])
    return np.concatenate(quadrature.ends_of_support(inside, drawn[:1, axis], width))
