"""Principal components in NumPy and float64, from the data alone."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class PrincipalComponents:
    """The eigenvalues and axes of data's covariance.

    Attributes:
        mean: `(num_features,)`.
        eigenvalues: Of the maximum-likelihood covariance, which divides by the number of examples, largest first.
        axes: `(num_features, num_features)`, a unit vector in each column, in the order of the eigenvalues.
    """

    mean: np.ndarray
    eigenvalues: np.ndarray
    axes: np.ndarray

    def residual(self, count: int) -> float:
        """The mean of ||x - x̂||^2 for the best x̂ of so many linear codes."""
        return float(self.eigenvalues[count:].sum())


def of(x) -> PrincipalComponents:
    """The principal components of examples `(num_examples, num_features)`, of which there are more than features."""
    x = np.asarray(x, np.float64)
    mean = x.mean(axis=0)
    _, singular_values, rows = np.linalg.svd(x - mean, full_matrices=False)
    return PrincipalComponents(mean, singular_values**2 / len(x), rows.T)
