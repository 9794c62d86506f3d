import numpy as np
import pytest

from keras_vae import priors
from keras_vae.testing.verdict import hold, hold_that

PART = priors.StandardNormal(2)


def test_the_message_names_part_law_size_place_and_what_to_look_at():
    with pytest.raises(AssertionError) as error:
        hold(PART, "a sum is 1", [[0.0, 0.25], [0.5, 0.1]], 0.2, "constants")
    assert str(error.value) == (
        "StandardNormal breaks the law: a sum is 1. Off by 0.5 at index (1, 0), where 0.2 is allowed. "
        "Look at constants."
    )
    with pytest.raises(AssertionError, match=r"a sum is 1\. Off by 0\.3, where 0\.2 is allowed"):
        hold(PART, "a sum is 1", 0.3, 0.2, "constants")
    with pytest.raises(AssertionError, match=r"It fails in 2 of 3 cases\. Look at seeds\."):
        hold_that(PART, "draws differ", [True, False, False], "seeds")


def test_what_is_within_its_tolerance_holds_and_what_is_no_number_does_not():
    hold(PART, "a sum is 1", [0.1, 0.3], [0.1, 0.3], "constants")
    hold_that(PART, "draws differ", np.ones(3, bool), "seeds")
    with pytest.raises(AssertionError, match=r"Off by nan at index \(1,\)"):
        hold(PART, "a sum is 1", [10.0, np.nan], 1.0, "constants")
