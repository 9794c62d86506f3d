"""Which bound is optimised."""

from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.geco import GECO
from keras_vae.objectives.importance_weighted import ImportanceWeighted
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.semi_supervised import SemiSupervised

__all__ = ["ELBO", "GECO", "ImportanceWeighted", "Objective", "SemiSupervised"]
