"""Pure tensor maths and the noise. Imports Keras only."""
