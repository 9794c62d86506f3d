"""Files of a model: whole ones, with the states of its random numbers."""

import numpy as np

from keras_vae.files.full_disk import check_room
from keras_vae.files.whole import has_scheme, whole_file
from keras_vae.ops._warn import warn
from keras_vae.ops.checks import checked_free_path
from keras_vae.ops.keras_internals import all_layers, process_seed

# What HDF5 needs beside the numbers of an array, at most, its groups included.
HDF5_BYTES = 2**14
RANDOM_STATE, PROCESS_SEED = "random_state_", "random_state_process_seed"
SHARED = "The encoder and the decoder share a layer, which a `.keras` file cannot hold; `TiedDecoder` shares weights."


class Saving:
    """For a `LatentModel`: files that appear when they are complete, and can be loaded."""

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

    def _warn_of_shared_layers(self):
        if self._shared_layers():
            warn(f"{SHARED} `save_weights` and `export` work, `save` refuses.")

    def _is_of_draws(self, state) -> bool:
        return self.seed_generator is not None and state is self.seed_generator.state

    def _shared_layers(self):
        encoders, decoders = ({id(layer) for layer in all_layers(part)} for part in (self.encoder, self.decoder))
        return encoders & decoders

    def _random_states(self):
        """The states of all seed generators, user's layers included, which Keras itself does not save."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]
