"""The evidence lower bound."""

import keras

from keras_vae.objectives.objective import Objective


@keras.saving.register_keras_serializable("keras_vae")
class ELBO(Objective):
    """log p(x) >= E_q[log p(x|z)] - KL(q(z|x) || p(z)).

    The expectation is a mean over samples; the model adds the divergence with `add_loss`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equations 3 and 7.
    """

    def cost(self, log_likelihood, outputs, beta):
        return self.reconstruction(log_likelihood)
