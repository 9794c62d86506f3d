import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from keras_vae.latent import interpolate

RNG = np.random.default_rng(0)
START, END = RNG.normal(size=(2, 5, 16))


def lengths(codes):
    return np.linalg.norm(codes, axis=-1)


def angles(first, second):
    """Between vectors, by SciPy-free arithmetic that is exact enough away from 0 and pi."""
    return np.arccos(np.sum(first * second, axis=-1) / lengths(first) / lengths(second))


def test_linear():
    way = interpolate([0.0, 2.0], [4.0, 0.0], 5, "linear")
    np.testing.assert_allclose(way, [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]], atol=1e-15)


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_ends_and_shapes(method):
    way = interpolate(START, END, 7, method)
    assert way.shape == (5, 7, 16)
    np.testing.assert_allclose(way[:, 0], START, rtol=1e-12)
    np.testing.assert_allclose(way[:, -1], END, rtol=1e-12)
    np.testing.assert_allclose(interpolate(START[2], END[2], 7, method), way[2], rtol=1e-12)
    np.testing.assert_allclose(interpolate(END, START, 7, method), way[:, ::-1], rtol=1e-9, atol=1e-12)


def test_spherical_turns_at_constant_speed_and_its_length_goes_straight():
    way = interpolate(START, END, 9)
    steps = angles(way[:, :-1], way[:, 1:])
    np.testing.assert_allclose(steps, np.broadcast_to(angles(START, END)[:, None] / 8, (5, 8)), rtol=1e-6)
    np.testing.assert_allclose(lengths(way), np.linspace(lengths(START), lengths(END), 9).T, rtol=1e-12)


def test_spherical_is_shoemakes_slerp_of_unit_quaternions():
    """SciPy's rotations go the same way, up to the sign of a quaternion, which means no other rotation."""
    ends = RNG.normal(size=(2, 4))
    ends /= lengths(ends)[:, None]
    if ends[0] @ ends[1] < 0:
        ends[1] *= -1
    way = interpolate(*ends, 11)
    expected = Slerp([0, 1], Rotation.from_quat(ends))(np.linspace(0, 1, 11)).as_quat()
    expected *= np.sign(np.sum(expected * way, axis=1, keepdims=True))
    np.testing.assert_allclose(way, expected, atol=1e-12)


def test_a_quarter_of_a_circle():
    way = interpolate([1.0, 0.0], [0.0, 1.0], 4)
    expected = [[np.cos(angle), np.sin(angle)] for angle in np.radians([0, 30, 60, 90])]
    np.testing.assert_allclose(way, expected, atol=1e-15)


def test_draws_from_the_prior_stay_where_the_prior_has_its_mass():
    """The middle of the straight way between two draws is 1/sqrt(2) as long as they are."""
    start, end = RNG.normal(size=(2, 200, 256))
    middle = {method: lengths(interpolate(start, end, 3, method)[:, 1]).mean() for method in ("linear", "spherical")}
    np.testing.assert_allclose(middle["spherical"], 16, rtol=0.01)
    np.testing.assert_allclose(middle["linear"], 16 / 2**0.5, rtol=0.02)


@pytest.mark.parametrize("scale", [1.0, 2.0, 1 + 1e-12, 1e-30, 1e30])
def test_codes_of_one_direction_are_joined_straight(scale):
    end = scale * START[0]
    np.testing.assert_allclose(interpolate(START[0], end, 5), interpolate(START[0], end, 5, "linear"), rtol=1e-12)


def test_nearly_one_direction_keeps_its_digits():
    end = START[0].copy()
    end[0] += 1e-9
    np.testing.assert_allclose(interpolate(START[0], end, 3)[1], (START[0] + end) / 2, rtol=1e-13)


def test_the_way_from_zero_is_straight():
    zero, code = np.zeros(3), np.array([1.0, -2.0, 2.0])
    np.testing.assert_allclose(interpolate(zero, code, 5), np.linspace(zero, code, 5), atol=1e-15)
    np.testing.assert_allclose(interpolate(code, zero, 5), np.linspace(code, zero, 5), atol=1e-15)
    np.testing.assert_array_equal(interpolate(zero, zero, 5), np.zeros((5, 3)))


@pytest.mark.parametrize("scale", [-1.0, -3.0, -1e-20])
def test_opposite_directions_have_no_great_circle_of_their_own(scale):
    with pytest.raises(ValueError, match=r"point in opposite directions: .*'linear', or go through a third code"):
        interpolate(START[0], scale * START[0])
    np.testing.assert_allclose(interpolate(START[0], scale * START[0], 3, "linear")[1], START[0] * (1 + scale) / 2)


def test_the_opposite_pair_of_a_batch_is_named():
    end = END.copy()
    end[3] = -2 * START[3]
    with pytest.raises(ValueError, match="such a pair at index 3"):
        interpolate(START, end)


def test_nearly_opposite_is_possible():
    way = interpolate([1.0, 0.0], [-1.0, 1e-4], 3)
    np.testing.assert_allclose(way[1], [5e-5, 1], atol=1e-8)


@pytest.mark.parametrize(("given", "dtype"), [(np.float32, np.float32), (np.float64, np.float64), (int, np.float64)])
def test_dtype(given, dtype):
    assert interpolate(np.array([1, 2], given), np.array([3, 1], given)).dtype == dtype


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"start": np.zeros(3)}, r"the same shape. Received: \(3,\) and \(2,\)"),
        ({"start": 1.0}, r"`start` must be codes of shape \(latent_dim,\) or \(batch, latent_dim\)"),
        ({"end": np.zeros((2, 2, 2))}, "`end` must be codes"),
        ({"end": np.zeros(0)}, "`end` must be codes"),
        ({"end": ["a", "b"]}, "`end` must be codes"),
        ({"end": [np.nan, 1.0]}, "`end` must hold finite numbers"),
        ({"num_points": 1}, "`num_points` must be a whole number of at least 2"),
        ({"method": "cubic"}, "`method` must be one of 'linear', 'spherical'"),
        ({"start": None}, "`start` must be codes"),
    ],
)
def test_bad_arguments(changed, message):
    with pytest.raises(ValueError, match=message):
        interpolate(**({"start": np.ones(2), "end": np.array([1.0, 0.0])} | changed))
