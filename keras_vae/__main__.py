"""`python -m keras_vae` is `keras-vae`."""

import sys

from keras_vae.cli.main import main

sys.exit(main())
