"""The detector: scikit-learn's conventions, the promise on fresh data, saving, and what it refuses."""

import copy
import json
import pathlib
import pickle
import subprocess
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from keras_vae import VAE, Autoencoder, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.anomaly import SCORES, AnomalyDetector, conformal
from keras_vae.models import serving
from tests import seeds
from tests.models.small import same_weights, small_autoencoder, small_vae
from tests.oracles import linear_gaussian
from tests.tiny_models import vae_of_classes

COLUMNS = 5
MIXING = np.random.default_rng(1).normal(size=(2, COLUMNS))


def normals(count, seed=0):
    """Rows near a plane, float32 `(count, 5)`."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, 2)) @ MIXING + 0.2 * rng.normal(size=(count, COLUMNS))).astype(np.float32)


def strange(count, seed=9):
    """Rows of the same spread off the plane."""
    return np.random.default_rng(seed).permuted(normals(count, seed), axis=0)


def model(likelihood=None, **kwargs):
    return small_vae(likelihood or likelihoods.Normal((COLUMNS,), "shared"), event_shape=(COLUMNS,), **kwargs)


def trained(score="elbo", **kwargs) -> AnomalyDetector:
    """A detector whose model needs no training: q(z|x) is the exact posterior of p(x|z)."""
    vae = linear_gaussian.linear_vae(COLUMNS, 2, scale=0.2)
    covariance = np.linalg.inv(np.eye(2) + MIXING @ MIXING.T / 0.2**2)
    kernel = np.concatenate([MIXING.T @ covariance / 0.2**2, np.zeros((COLUMNS, 2))], axis=1)
    vae.encoder.posterior.set_weights([kernel, np.append([0, 0], np.log(np.diag(covariance)))])
    vae.decoder.likelihood.set_weights([MIXING, np.zeros(COLUMNS)])
    return AnomalyDetector(vae, score, train=False, **kwargs)


class TestConventions:
    def test_signs_and_thresholds(self):
        detector = trained(false_alarm_rate=0.1).fit(normals(200))
        x = np.concatenate([normals(50, 1), strange(50)])
        samples, decision = detector.score_samples(x), detector.decision_function(x)
        np.testing.assert_array_equal(samples, -detector.anomaly_scores(x))
        np.testing.assert_array_equal(decision, samples - detector.offset_)
        assert detector.offset_ == -detector.threshold_
        np.testing.assert_array_equal(detector.predict(x), np.where(decision < 0, -1, 1))
        np.testing.assert_array_equal(detector.predict(x) == -1, detector.p_values(x) <= 0.1)
        assert roc_auc_score(np.repeat([1, 0], 50), samples) > 0.9
        assert detector.n_features_in_ == COLUMNS

    def test_the_threshold_is_that_of_the_scores_of_all_examples(self):
        x = normals(137)
        detector = trained(false_alarm_rate=0.07)
        detector.fit(x)
        scores = np.sort(detector.anomaly_scores(x))
        np.testing.assert_array_equal(detector.calibration_scores_, scores)
        # ceil(138 * 0.93) = 129.
        assert detector.threshold_ == scores[128]

    def test_contamination_is_the_share_of_anomalies_among_what_was_fitted(self):
        x = np.concatenate([normals(180), strange(20)])
        detector = trained(contamination=0.1).fit(x)
        assert np.sum(detector.predict(x) == -1) == 20
        np.testing.assert_array_equal(detector.fit_predict(x), detector.predict(x))
        with pytest.raises(ValueError, match="promises no false alarm rate"):
            detector.false_alarm_law()

    def test_nearly_half_of_all_may_be_anomalies(self):
        x = normals(100)
        assert np.sum(trained(contamination=0.49).fit_predict(x) == -1) == 49

    def test_a_parameter_that_is_set_afterwards_waits_for_the_next_fit(self, eagerly, tmp_path):
        x, detector = normals(40, 1), trained(false_alarm_rate=0.1).fit(normals(100))
        scores, verdicts, parts = detector.anomaly_scores(x), detector.predict(x), detector.explain(x)
        detector.set_params(score="mse", num_samples=3, false_alarm_rate=0.3)
        np.testing.assert_array_equal(detector.anomaly_scores(x), scores)
        np.testing.assert_array_equal(detector.predict(x), verdicts)
        np.testing.assert_array_equal(detector.explain(x), parts)
        assert detector.false_alarm_law().mean() == pytest.approx(10 / 101)
        detector.save(tmp_path / "detector.keras")
        loaded = AnomalyDetector.load(tmp_path / "detector.keras")
        assert (loaded.score, loaded.false_alarm_rate, loaded.num_samples) == ("elbo", 0.1, 16)
        np.testing.assert_array_equal(loaded.anomaly_scores(x), scores)
        errors = np.mean((x - detector.model_.reconstruct(x)) ** 2, axis=1)
        np.testing.assert_allclose(detector.fit(normals(100)).anomaly_scores(x), errors, rtol=1e-4)

    def test_parameters_are_kept_as_they_were_given(self):
        vae = model()
        given = {"score": "mse", "false_alarm_rate": 0.2, "num_samples": 3, "train": True, "epochs": 7}
        given |= {"batch_size": 9, "random_state": 4, "contamination": None}
        detector = AnomalyDetector(vae, **given)
        assert detector.get_params(deep=False) == {"model": vae, **given}
        assert detector.set_params(epochs=8).epochs == 8

    def test_a_clone_is_not_fitted_and_has_the_weights_that_were_given(self, eagerly):
        vae = model()
        detector = AnomalyDetector(vae, false_alarm_rate=0.1, epochs=1).fit(normals(60))
        copied = clone(detector)
        with pytest.raises(NotFittedError):
            copied.predict(normals(3))
        assert copied.model is not vae
        assert same_weights(copied.model, vae)
        assert not same_weights(detector.model_, vae)
        # What was not given to it is trained anew.
        assert not same_weights(copied.fit(normals(60)).model_, vae)

    def test_pipelines_and_searches(self, eagerly):
        x = 100 * normals(80)
        pipeline = make_pipeline(
            StandardScaler(), AnomalyDetector(model(), false_alarm_rate=0.1, epochs=2, batch_size=60)
        )
        assert set(pipeline.fit(x).predict(x)) <= {-1, 1}
        assert pipeline.score_samples(x).shape == (80,)
        search = GridSearchCV(
            AnomalyDetector(model(), contamination=0.1, epochs=1),
            {"score": ["elbo", "mse"]},
            scoring=lambda detector, x, y=None: detector.score_samples(x).mean(),
            cv=2,
            error_score="raise",
            refit=False,
        )
        assert search.fit(normals(60)).best_params_["score"] in ("elbo", "mse")

    def test_pickles(self, eagerly):
        detector, x = trained(false_alarm_rate=0.1).fit(normals(50)), normals(20, 3)
        again = pickle.loads(pickle.dumps(detector))
        np.testing.assert_array_equal(again.decision_function(x), detector.decision_function(x))
        # It still knows whose model it keeps: new normals calibrate, and train nothing.
        again.set_params(train=None).fit(normals(30, 5))
        np.testing.assert_array_equal(again.anomaly_scores(x), detector.anomaly_scores(x))

    def test_lists_and_datasets(self):
        detector, x = trained(false_alarm_rate=0.1), normals(40)
        detector.fit(x.tolist())
        dataset = tf.data.Dataset.from_tensor_slices(x).batch(16)
        np.testing.assert_allclose(detector.anomaly_scores(dataset), detector.anomaly_scores(x), rtol=1e-5)
        threshold = detector.threshold_
        assert detector.fit(dataset).threshold_ == pytest.approx(threshold, rel=1e-5)


class TestTraining:
    @pytest.mark.filterwarnings("error::UserWarning")
    def test_the_model_that_was_given_is_left_as_it_is(self):
        vae = model()
        vae.compile(keras.optimizers.Adam(0.01))
        before = vae.get_weights()
        detector = AnomalyDetector(vae, false_alarm_rate=0.1, epochs=60).fit(normals(200))
        for weight, value in zip(vae.get_weights(), before, strict=True):
            np.testing.assert_array_equal(weight, value)
        assert vae.optimizer.iterations == 0
        x = np.concatenate([normals(100, 1), strange(100)])
        assert roc_auc_score(np.repeat([1, 0], 100), detector.score_samples(x)) > 0.8

    def test_a_part_is_held_back_that_the_seed_chooses(self, eagerly, monkeypatch):
        seen, x, vae = [], normals(200), model()

        def fit(self, x, **arguments):
            seen.append((x, arguments))

        monkeypatch.setattr("keras_vae.models.latent_model.LatentModel.fit", fit)
        counts = {0.1: 50, 0.02: 50, 0.012: 83}
        for rate, held_back in counts.items():
            AnomalyDetector(vae, false_alarm_rate=rate, epochs=3, batch_size=11).fit(x)
            assert len(seen[-1][0]) == 200 - held_back
            assert seen[-1][1] == {"epochs": 3, "batch_size": 11, "verbose": 0}
            assert len(np.unique(seen[-1][0], axis=0)) == 200 - held_back
        for seed in (0, 5):
            AnomalyDetector(vae, false_alarm_rate=0.1, random_state=seed).fit(x)
        np.testing.assert_array_equal(seen[0][0], seen[-2][0])
        assert np.any(seen[0][0] != seen[-1][0])
        AnomalyDetector(vae, contamination=0.1).fit(x)
        np.testing.assert_array_equal(seen[-1][0], x)
        # Where nothing is said, 5,000 steps in 10 to 100 epochs of the 200 rows.
        for batch_size, epochs in ((32, 100), (3, 75), (2, 50), (1, 25)):
            AnomalyDetector(vae, contamination=0.1, batch_size=batch_size).fit(x)
            assert seen[-1][1]["epochs"] == epochs
        AnomalyDetector(vae, contamination=0.1, batch_size=1).fit(normals(1000))
        assert seen[-1][1]["epochs"] == 10

    def test_what_is_held_back_is_what_calibrates(self, eagerly):
        x = normals(100)
        detector = AnomalyDetector(model(), false_alarm_rate=0.1, epochs=1).fit(x)
        held_back = np.random.default_rng(0).permutation(100)[:25]
        np.testing.assert_allclose(
            detector.calibration_scores_, np.sort(detector.anomaly_scores(x[held_back])), rtol=1e-6
        )

    def test_new_normals_calibrate_and_train_nothing(self, eagerly):
        detector = AnomalyDetector(model(), false_alarm_rate=0.1, epochs=2).fit(normals(80))
        weights, threshold = detector.model_.get_weights(), detector.threshold_
        drifted = normals(40, 3) + 0.5
        detector.fit(drifted)
        for weight, value in zip(detector.model_.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(weight, value)
        assert len(detector.calibration_scores_) == 40
        assert detector.threshold_ > threshold
        other = model()
        assert detector.set_params(model=other).fit(normals(80)).model_ is not other
        assert len(detector.calibration_scores_) == 20

    def test_what_it_was_trained_on_never_calibrates(self, eagerly):
        x, detector = normals(80), AnomalyDetector(model(), false_alarm_rate=0.1, epochs=2)
        calibration = detector.fit(x).calibration_scores_
        assert len(calibration) == 20
        np.testing.assert_array_equal(detector.fit(x).calibration_scores_, calibration)
        # Nor after other examples have calibrated in between.
        np.testing.assert_array_equal(detector.fit(normals(30, 3)).fit(x).calibration_scores_, calibration)
        # Of a part of them those that were held back, as of the whole.
        held_back = np.random.default_rng(0).permutation(80)[:20]
        assert len(detector.fit(x[:60]).calibration_scores_) == np.sum(held_back < 60)
        with pytest.raises(ValueError, match=r"at least 24 normal examples.*Received: 20\."):
            detector.set_params(false_alarm_rate=0.04).fit(x)
        detector.set_params(false_alarm_rate=None, contamination=0.1).fit(x)
        assert len(detector.calibration_scores_) == 80
        without = AnomalyDetector(model(), contamination=0.1, epochs=1).fit(x).fit(x)
        assert len(without.calibration_scores_) == 80
        with pytest.raises(ValueError, match=r"Received: 0\. Give more\.$"):
            without.set_params(false_alarm_rate=0.1, contamination=None).fit(x)

    def test_a_model_with_steps_behind_it_is_trained(self, eagerly):
        vae = model()
        vae.compile("adam")
        vae.fit(normals(64), verbose=0)
        weights = vae.get_weights()
        detector = AnomalyDetector(vae, false_alarm_rate=0.1).fit(normals(30))
        assert detector.model_ is vae
        assert all(np.array_equal(a, b) for a, b in zip(vae.get_weights(), weights, strict=True))
        assert len(detector.calibration_scores_) == 30
        # Unless it is to be trained all the same; on a copy.
        detector.set_params(train=True, epochs=1).fit(normals(30))
        assert not same_weights(detector.model_, vae)

    def test_the_models_own_optimizer_and_units(self, eagerly):
        vae = model(likelihoods.Tabular((COLUMNS,)))
        vae.compile(keras.optimizers.SGD(1e-4))
        x = normals(100) * 1000 + 5
        fitted = AnomalyDetector(vae, contamination=0.1, epochs=1).fit(x).model_
        assert isinstance(fitted.optimizer, keras.optimizers.SGD)
        np.testing.assert_allclose(fitted.decoder.likelihood.column_deviation, x.std(axis=0), rtol=1e-4)
        np.testing.assert_array_equal(vae.decoder.likelihood.column_deviation, np.ones(COLUMNS))

    def test_tables_with_holes(self, eagerly):
        x = 100 * normals(80) + 7
        x[np.random.default_rng(0).random(x.shape) < 0.2] = np.nan
        x[:, 0], x[:, 1] = x[:, 0] > 7, 5
        spoilt = x[:1].copy()
        spoilt[0, 4] = 1e6
        masked = likelihoods.Masked(likelihoods.Tabular((COLUMNS,), binary=[0]))
        detector = AnomalyDetector(model(masked), false_alarm_rate=0.1, epochs=1)
        for score in SCORES:
            parts = detector.set_params(score=score).fit(x).explain(x)
            np.testing.assert_allclose(parts.sum(axis=1), detector.anomaly_scores(x), rtol=1e-4, atol=1e-4)
            if score in ("reconstruction_probability", "mse"):
                # Nothing is shared out.
                np.testing.assert_array_equal(parts[np.isnan(x)], 0)
            assert detector.explain(spoilt).argmax() == 4
            assert detector.predict(spoilt) == [-1]

    def test_steps_are_bounded_where_the_model_has_no_optimizer_of_its_own(self, eagerly):
        fitted = AnomalyDetector(model(), contamination=0.1, epochs=1).fit(normals(100)).model_
        assert fitted.optimizer.global_clipnorm == 1.0

    def test_autoencoders_and_images(self, eagerly):
        x = (np.random.default_rng(0).random((60, 4, 3, 1)) < 0.5).astype(np.float32)
        detector = AnomalyDetector(small_autoencoder(), false_alarm_rate=0.1, epochs=1).fit(x)
        assert detector.explain(x).shape == x.shape
        assert not hasattr(detector, "n_features_in_")


class TestPromise:
    @pytest.mark.parametrize("score", ["elbo", "mse"])
    def test_false_alarms_over_20_random_splits(self, score):
        """One pool of normals, calibrated on a random part and tested on the rest, as a user would measure it."""
        pool = normals(6000, 11)
        detector = trained(score, false_alarm_rate=0.1)
        scores = detector.fit(pool).anomaly_scores(pool)
        for rate in (0.01, 0.05, 0.1):
            rates = []
            for seed in range(20):
                order = np.random.default_rng(seed).permutation(6000)
                threshold = conformal.threshold(scores[order[:300]], rate)
                rates.append(np.mean(scores[order[300:]] > threshold))
            error = np.std(rates, ddof=1) / np.sqrt(20)
            assert np.mean(rates) <= rate + 3 * error
            # Nor does the detector keep it by never giving an alarm.
            assert np.mean(rates) >= rate - 0.01 - 4 * error

    @pytest.mark.parametrize("rate", [0.01, 0.05, 0.1])
    def test_the_detector_itself_keeps_it_on_fresh_normals(self, rate):
        """Also with a model that has learned next to nothing."""
        rates, detector = [], trained(false_alarm_rate=rate)
        detector.model.decoder.likelihood.set_weights([0 * MIXING, np.ones(COLUMNS)])
        for seed in range(20):
            detector.fit(normals(99, 100 + seed))
            rates.append(np.mean(detector.predict(normals(2000, 200 + seed)) == -1))
        law = detector.false_alarm_law()
        assert law.mean() == pytest.approx(rate, abs=1e-9)
        assert abs(np.mean(rates) - rate) < 4 * law.std() / np.sqrt(20)

    def test_a_drift_breaks_it_and_new_normals_mend_it(self):
        detector = trained(false_alarm_rate=0.05).fit(normals(200))
        drifted, later = normals(200, 5) + 0.4, normals(2000, 6) + 0.4
        assert np.mean(detector.predict(later) == -1) > 0.3
        assert np.mean(detector.fit(drifted).predict(later) == -1) < 0.1


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A detector, its folder, examples, and what a fresh process makes of its files."""
    folder = tmp_path_factory.mktemp("detector")
    seeds.set_all(0)
    vae = model(likelihoods.Tabular((COLUMNS,), scale="predicted"))
    detector = AnomalyDetector(vae, false_alarm_rate=0.1, epochs=3, num_samples=5).fit(10 * normals(100) + 3)
    x = (10 * np.concatenate([normals(30, 1), strange(30)]) + 3).astype(np.float32)
    np.save(folder / "x.npy", x)
    detector.save(folder / "detector.keras")
    detector.export(folder / "saved_model")
    # Scores that are the same to the last bit come of graphs that were optimized alike.
    optimizer = json.dumps(tf.config.optimizer.get_experimental_options())
    command = [sys.executable, pathlib.Path(__file__).with_name("fresh_process.py"), folder, optimizer]
    done = subprocess.run(command, capture_output=True, text=True, cwd=pathlib.Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    found = {which: dict(np.load(folder / f"{which}.npz")) for which in ("detector", "saved_model")}
    return detector, folder, x, found


class TestFiles:
    def test_a_fresh_process_has_the_same_scores_and_the_same_calibration(self, saved):
        detector, _, x, found = saved
        own = found["detector"]
        np.testing.assert_array_equal(own["score"], detector.anomaly_scores(x))
        np.testing.assert_array_equal(own["p_value"], detector.p_values(x))
        np.testing.assert_array_equal(own["verdict"], detector.predict(x))
        np.testing.assert_array_equal(own["calibration"], detector.calibration_scores_)
        assert own["threshold"] == detector.threshold_
        assert set(own["verdict"]) == {-1, 1}

    def test_the_saved_model_says_the_same(self, saved):
        detector, _, x, found = saved
        served = found["saved_model"]
        np.testing.assert_allclose(served["score"], detector.anomaly_scores(x), rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(served["p_value"], detector.p_values(x), rtol=1e-6)
        np.testing.assert_array_equal(served["verdict"], detector.predict(x))

    def test_the_saved_model_has_the_models_own_signatures_as_well(self, saved):
        signatures = tf.saved_model.load(str(saved[1] / "saved_model")).signatures
        assert {"detect", "score", "encode", "sample", "reconstruct"} <= set(signatures)
        for size in (0, 1):
            assert signatures["detect"](x=tf.zeros((size, COLUMNS)))["p_value"].shape == (size,)

    def test_a_loaded_detector_goes_on(self, saved):
        detector, folder, x, _ = saved
        loaded = AnomalyDetector.load(folder / "detector.keras")
        own, other = (d.get_params(deep=False) for d in (detector, loaded))
        assert {**own, "model": None} == {**other, "model": None}
        loaded.fit(x)
        np.testing.assert_array_equal(loaded.calibration_scores_, np.sort(detector.anomaly_scores(x)))
        assert same_weights(loaded.model_, detector.model_)

    def test_one_whose_model_counts_as_untrained_is_not_trained_after_loading(self, eagerly, tmp_path):
        detector = trained(false_alarm_rate=0.1).fit(normals(50))
        detector.save(tmp_path / "detector.keras")
        loaded = AnomalyDetector.load(tmp_path / "detector.keras").fit(normals(20))
        assert same_weights(loaded.model_, detector.model_)

    def test_nothing_is_overwritten_unasked(self, saved):
        detector, folder, _, _ = saved
        for write, name in ((detector.save, "detector.keras"), (detector.export, "saved_model")):
            with pytest.raises(ValueError, match="already exists"):
                write(folder / name)
        with pytest.raises(ValueError, match=r"end in '\.keras'"):
            detector.save(folder / "detector.h5")

    def test_other_files(self, tmp_path):
        small_vae().save(tmp_path / "model.keras")
        with pytest.raises(ValueError, match=r"file of a detector; found keras_vae>VAE"):
            AnomalyDetector.load(tmp_path / "model.keras")
        with pytest.raises(ValueError, match="There is no file at"):
            AnomalyDetector.load(tmp_path / "missing.keras")


class TestRefusals:
    @pytest.mark.parametrize("value", [0, 0.5, 0.7, -0.1, np.nan, "0.1", True, None, "auto"])
    def test_contamination_outside_its_range(self, value):
        if value is None:
            AnomalyDetector(model(), contamination=value)
            return
        with pytest.raises(ValueError, match=r"`contamination` must be above 0 and below 0\.5\. Received"):
            AnomalyDetector(model(), contamination=value)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"false_alarm_rate": 1}, "`false_alarm_rate` must be above 0 and below 1"),
            ({"false_alarm_rate": 0.1, "contamination": 0.1}, "give one"),
            ({"score": "ELBO"}, "`score` must be one of 'elbo'"),
            ({"num_samples": 0}, "`num_samples`"),
            ({"train": "no"}, "`train` must be True or False"),
            ({"epochs": 0}, "`epochs`"),
            ({"batch_size": 1.5}, "`batch_size`"),
            ({"random_state": None}, "`random_state`"),
        ],
    )
    def test_other_arguments(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            AnomalyDetector(model(), **arguments)
        # As searches set them.
        with pytest.raises(ValueError, match=message):
            AnomalyDetector(model()).set_params(**arguments).fit(normals(10))

    def test_other_models(self):
        with pytest.raises(ValueError, match="`model` must be of type LatentModel"):
            AnomalyDetector(keras.Sequential())
        with pytest.raises(ValueError, match="A likelihood needs a VAE"):
            AnomalyDetector(small_autoencoder(), "log_likelihood")

    def test_too_few_normals(self, eagerly):
        with pytest.raises(ValueError, match=r"at least 99 normal examples.*Received: 98\..*at least 0\.0102"):
            trained().fit(normals(98))
        trained().fit(normals(99))
        with pytest.raises(ValueError, match=r"at least 99 .*198 in all"):
            AnomalyDetector(model()).fit(normals(197))
        with pytest.raises(ValueError, match=r"198 in all\. Received: 50\. Give more, or .* at least 0\.0385\.$"):
            AnomalyDetector(model()).fit(normals(50))
        with pytest.raises(ValueError, match=r"Received: 1\. Give more\.$"):
            AnomalyDetector(model(), false_alarm_rate=0.9).fit(normals(1))
        AnomalyDetector(model(), epochs=1).fit(normals(198))
        dataset = tf.data.Dataset.from_tensor_slices(normals(98)).batch(50)
        with pytest.raises(ValueError, match="at least 99"):
            trained().fit(dataset)
        with pytest.raises(ValueError, match="is empty"):
            trained(contamination=0.1).fit(normals(0))

    def test_data(self, eagerly):
        detector, x = trained(false_alarm_rate=0.1).fit(normals(50)), normals(20)
        broken = x.copy()
        broken[7, 2] = np.nan
        for call in (detector.fit, detector.predict, detector.p_values, detector.explain, AnomalyDetector(model()).fit):
            with pytest.raises(ValueError, match=r"finite numbers.*nan at index \(7, 2\)"):
                call(broken)
            with pytest.raises(ValueError, match=r"shape \(batch, 5\)\. Received shape \(20, 4\)"):
                call(x[:, :4])
        with pytest.raises(ValueError, match="20 examples that are all equal"):
            detector.fit(np.repeat(x[:1], 20, axis=0))

    @pytest.mark.parametrize("score", SCORES)
    def test_what_is_too_large_for_any_score_is_an_anomaly(self, score):
        x, detector = normals(3).astype(float), trained(score, false_alarm_rate=0.1).fit(normals(50))
        before = detector.anomaly_scores(x)
        verdicts = [*np.where(before[:1] > detector.threshold_, -1, 1), -1, 1]
        for value in (1e19, 1e30, -1e38, 1e300):
            x[1, 2] = value
            np.testing.assert_array_equal(detector.predict(x), verdicts, err_msg=f"{value}")
            assert detector.p_values(x)[1] == 1 / 51, f"{value}"
            np.testing.assert_array_equal(detector.anomaly_scores(x)[[0, 2]], before[[0, 2]], err_msg=f"{value}")

    def test_normals_without_a_score(self, eagerly):
        x, vae = normals(60), model()
        detector = trained(false_alarm_rate=0.1)
        x[7, 2] = 1e30
        with pytest.raises(ValueError, match="1 of 60 normal examples have a score that is not a finite number"):
            detector.fit(x)
        vae.compile(keras.optimizers.SGD(1e9))
        with pytest.raises(ValueError, match=r"15 of 15 normal .* lower learning rate"):
            AnomalyDetector(vae, false_alarm_rate=0.1, epochs=3).fit(normals(60))

    def test_models_that_cannot_be_copied(self, eagerly):
        class Own(keras.layers.Layer):
            def call(self, inputs):
                return inputs

        vae = VAE(
            Encoder(keras.Sequential([Own(), keras.layers.Dense(4)]), posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([4]), likelihoods.Normal((COLUMNS,))),
        )
        vae.build((None, COLUMNS))
        with pytest.raises(ValueError, match=r"cannot be copied\. Register your own layers .* `train=False`"):
            AnomalyDetector(vae, false_alarm_rate=0.1).fit(normals(40))
        AnomalyDetector(vae, false_alarm_rate=0.1, train=False).fit(normals(40))

    def test_a_fit_that_fails_leaves_the_detector_as_it_was(self):
        detector, x = trained(false_alarm_rate=0.1).fit(normals(50)), normals(20, 1)
        before = detector.decision_function(x)
        with pytest.raises(ValueError, match="at least 9"):
            detector.fit(x[:5])
        np.testing.assert_array_equal(detector.decision_function(x), before)

    def test_a_dataset_to_train_on(self):
        with pytest.raises(ValueError, match=r"must be an array.*cannot be split"):
            AnomalyDetector(model()).fit(tf.data.Dataset.from_tensor_slices(normals(300)).batch(50))

    def test_a_model_of_other_targets(self):
        vae = Autoencoder(
            Encoder(networks.dense([4]), posteriors.Deterministic(2)),
            Decoder(networks.dense([4]), likelihoods.Bernoulli((4, 1))),
        )
        vae.build((None, 2, 1))
        with pytest.raises(ValueError, match="needs the shape of an event"):
            AnomalyDetector(vae, false_alarm_rate=0.2, train=False).fit(np.eye(8, 2)[..., None])

    @pytest.mark.parametrize("method", ["predict", "score_samples", "p_values", "explain", "decision_function"])
    def test_before_fit(self, method):
        with pytest.raises(NotFittedError):
            getattr(AnomalyDetector(model()), method)(normals(3))


class Frame:
    """As much of a data frame as is asked of one."""

    def __init__(self, columns):
        self.columns = columns

    def __array__(self, dtype=None, copy=None):
        return np.stack(list(self.columns.values()), axis=1).astype(dtype or np.float64)

    def __getitem__(self, names):
        return Frame({name: self.columns[name] for name in names})


def _saved_and_loaded(detector, folder):
    detector.save(folder / "again.keras")
    return AnomalyDetector.load(folder / "again.keras")


# How a detector comes to be fitted again.
AGAIN = {
    "as it is": lambda detector, folder: detector,
    "another score": lambda detector, folder: detector.set_params(score="mse"),
    "loaded": _saved_and_loaded,
    "pickled": lambda detector, folder: pickle.loads(pickle.dumps(detector)),
    "loaded and pickled": lambda *given: pickle.loads(pickle.dumps(_saved_and_loaded(*given))),
    "loaded and cloned": lambda *given: clone(clone(_saved_and_loaded(*given))),
    "of its model": lambda detector, folder: AnomalyDetector(detector.model_, train=False, false_alarm_rate=0.1),
    "with its model": lambda detector, folder: detector.set_params(model=detector.model_, train=False),
}


@pytest.fixture(scope="module")
def trained_once():
    """A detector that was trained on 60 of 80 rows."""
    # Eagerly, as the fixture `eagerly` has it, which a module cannot use.
    tf.config.run_functions_eagerly(True)
    seeds.set_all(0)
    detector = AnomalyDetector(model(), false_alarm_rate=0.1, epochs=1).fit(normals(80))
    tf.config.run_functions_eagerly(False)
    return detector


class TestWhatItWasTrainedOn:
    """A row that a model was trained on never calibrates it: 60 of 80 rows here, and 20 were held back."""

    HELD_BACK = np.random.default_rng(0).permutation(80)[:20]

    @pytest.fixture
    def fitted(self, eagerly, trained_once):
        """A detector of the test's own, of the one model: to be fitted again trains nothing."""
        return copy.copy(trained_once)

    @pytest.mark.parametrize("way", AGAIN)
    def test_however_it_comes_back(self, fitted, tmp_path, way):
        detector, x = AGAIN[way](fitted, tmp_path), normals(80)
        detector.fit(x)
        expected = np.sort(detector.anomaly_scores(x[self.HELD_BACK]))
        # Of one example in batches of several orders, as float32 has it.
        np.testing.assert_allclose(detector.calibration_scores_, expected, rtol=1e-5)
        # And once more.
        detector = AGAIN[way](detector, tmp_path) if way == "pickled" else detector
        np.testing.assert_allclose(detector.fit(x).calibration_scores_, expected, rtol=1e-5)

    def test_in_whatever_form(self, fitted, tmp_path):
        x, new, order = normals(80), normals(40, 5), np.random.default_rng(3).permutation(80)
        detector = _saved_and_loaded(fitted, tmp_path)
        held_back = x[self.HELD_BACK]
        some = np.sort(self.HELD_BACK)[:15]
        forms = {
            "another order": (x[order], held_back),
            "another dtype": (x.astype(np.float64), held_back),
            "a list": (x.tolist(), held_back),
            "a data frame": (Frame(dict(zip("abcde", x.T, strict=True))), held_back),
            "a dataset": (tf.data.Dataset.from_tensor_slices(x).shuffle(80).batch(7), held_back),
            "a part": (x[: some[-1] + 1], x[some]),
            "more": (np.concatenate([new, x]), np.concatenate([new, held_back])),
            "more, in a dataset": (
                tf.data.Dataset.from_tensor_slices(np.concatenate([new, x])).batch(50),
                np.concatenate([new, held_back]),
            ),
            "twice": (np.concatenate([x, new, new]), np.concatenate([held_back, new, new])),
        }
        for form, (given, expected) in forms.items():
            found = detector.fit(given).calibration_scores_
            np.testing.assert_allclose(found, np.sort(detector.anomaly_scores(expected)), rtol=1e-5, err_msg=form)

    def test_where_too_few_are_left_it_says_so(self, fitted, tmp_path):
        x, detector = normals(80), _saved_and_loaded(fitted, tmp_path)
        trained = np.setdiff1d(np.arange(80), self.HELD_BACK)
        for given in (x[trained], tf.data.Dataset.from_tensor_slices(x[trained]).batch(20)):
            with pytest.raises(
                ValueError, match=r"60 others do not count: it was trained on them.*Received: 0\. Give more\."
            ):
                detector.fit(given)
        with pytest.raises(ValueError, match="has dtype float16, in which rows"):
            detector.fit(x.astype(np.float16))

    def test_a_trained_model_that_is_trained_on_holds_back_what_it_has_not_seen(self, fitted, tmp_path, monkeypatch):
        x, new = normals(80), normals(40, 5)
        detector = _saved_and_loaded(fitted, tmp_path).set_params(train=True, random_state=7)
        seen = []
        monkeypatch.setattr("keras_vae.models.latent_model.LatentModel.fit", lambda self, x, **_: seen.append(x))
        detector.fit(np.concatenate([x, new]))
        # Of 120 a quarter, all of them among the 60 that are new.
        unseen = {row.tobytes() for row in np.concatenate([new, x[self.HELD_BACK]])}
        assert len(unseen - {row.tobytes() for row in seen[0]}) == 30
        assert len(seen[0]) == 90
        with pytest.raises(ValueError, match="80 others do not count"):
            detector.set_params(train=None).fit(
                np.concatenate([x[np.setdiff1d(np.arange(80), self.HELD_BACK)], seen[0][-20:]])
            )
        assert len(seen) == 1

    def test_older_files_say_what_they_do_not_promise(self, fitted, tmp_path):
        fitted.save(tmp_path / "new.keras")
        with zipfile.ZipFile(tmp_path / "new.keras") as new, zipfile.ZipFile(tmp_path / "old.keras", "w") as old:
            for name in new.namelist():
                content = new.read(name)
                if name == "config.json":
                    config = json.loads(content)
                    del config["config"]["rows"]
                    content = json.dumps(config)
                if name == "model.weights.h5":
                    (tmp_path / name).write_bytes(content)
                    with h5py.File(tmp_path / name, "r+") as weights:
                        del weights["vars/2"]
                    content = (tmp_path / name).read_bytes()
                old.writestr(name, content)
        detector = AnomalyDetector.load(tmp_path / "old.keras")
        np.testing.assert_array_equal(detector.calibration_scores_, fitted.calibration_scores_)
        for each in (detector, _saved_and_loaded(detector, tmp_path)):
            with pytest.warns(
                UserWarning, match="from an older file, which does not say what its model was trained on"
            ):
                each.fit(normals(80))
            assert len(each.calibration_scores_) == 80

    def test_what_is_exported_holds_no_row(self, fitted, tmp_path):
        fitted.export(tmp_path / "exported")
        loaded = tf.saved_model.load(str(tmp_path / "exported"))
        assert all(variable.dtype != tf.int64 for variable in loaded.signatures["detect"].variables)


class TestColumnNames:
    """Of a data frame, as scikit-learn keeps and checks them."""

    TABLE = Frame(dict(zip(("kg", "m"), np.random.default_rng(0).normal((80, 1.8), (5, 0.1), (100, 2)).T, strict=True)))

    @pytest.fixture
    def detector(self, eagerly):
        vae = small_vae(likelihoods.Tabular((2,)), event_shape=(2,))
        return AnomalyDetector(vae, false_alarm_rate=0.05, epochs=1, batch_size=75).fit(self.TABLE)

    def test_another_order_is_refused(self, detector, tmp_path):
        detector.save(tmp_path / "detector.keras")
        for each in (detector, AnomalyDetector.load(tmp_path / "detector.keras")):
            assert list(each.feature_names_in_) == ["kg", "m"]
            for method in (each.predict, each.explain, each.p_values):
                with pytest.raises(ValueError, match=r"in the same order: \['kg', 'm'\]. Received: \['m', 'kg'\]"):
                    method(self.TABLE[["m", "kg"]])
        assert set(detector.predict(self.TABLE)) <= {-1, 1}

    def test_arrays_have_no_names(self, detector):
        rows = np.asarray(self.TABLE)
        np.testing.assert_array_equal(detector.anomaly_scores(rows), detector.anomaly_scores(self.TABLE))
        assert not hasattr(detector.fit(rows), "feature_names_in_")


class TestConditions:
    """A class near -3 in all columns and one near 3: what is normal for the one is strange for the other."""

    def of_classes(self, **kwargs) -> AnomalyDetector:
        vae = vae_of_classes(likelihoods.Normal((COLUMNS,), 1.0), [-3.0, 3.0])
        return AnomalyDetector(vae, false_alarm_rate=0.05, train=False, **kwargs)

    def rows(self, count, seed=0):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, count)
        return (rng.normal(size=(count, COLUMNS)) + 6.0 * labels[:, None] - 3.0).astype(np.float32), labels

    def test_an_example_is_scored_as_one_of_its_class(self):
        x, labels = self.rows(100)
        detector = self.of_classes().fit(x, condition=labels)
        costs = -stats.norm(6.0 * labels[:, None] - 3.0).logpdf(x)
        np.testing.assert_allclose(detector.anomaly_scores(x, condition=labels), costs.sum(axis=1), rtol=1e-5)
        np.testing.assert_allclose(detector.explain(x, condition=labels), costs, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(detector.calibration_scores_, np.sort(costs.sum(axis=1)), rtol=1e-5)
        assert np.mean(detector.predict(x, condition=labels) == -1) <= 0.05
        assert np.all(detector.predict(x, condition=1 - labels) == -1)
        scores = detector.score_samples(x, condition=labels)
        decision = detector.decision_function(x, condition=labels)
        np.testing.assert_array_equal(decision, scores - detector.offset_)
        np.testing.assert_array_equal(detector.p_values(x, condition=labels) <= 0.05, decision < 0)
        np.testing.assert_array_equal(detector.fit_predict(x, condition=labels), np.where(decision < 0, -1, 1))

    def test_mean_squared_errors_and_likelihoods_are_those_under_the_class_too(self):
        x, labels = self.rows(60)
        error = (x - (6.0 * labels[:, None] - 3.0)) ** 2
        found = self.of_classes(score="mse").fit(x, condition=labels).anomaly_scores(x, condition=labels)
        np.testing.assert_allclose(found, error.mean(axis=1), rtol=1e-4)
        # The weights of all draws are equal: p(x|z, c) is that of the class, and q(z|x, c) is the prior.
        found = self.of_classes(score="log_likelihood").fit(x, condition=labels).anomaly_scores(x, condition=labels)
        np.testing.assert_allclose(found, (error / 2 + 0.5 * np.log(2 * np.pi)).sum(axis=1), rtol=1e-5)

    def test_dicts_datasets_and_the_detectors_file_have_the_same_scores(self, tmp_path):
        x, labels = self.rows(60)
        examples = {"x": x, "condition": labels}
        detector = self.of_classes().fit(tf.data.Dataset.from_tensor_slices(examples).batch(25))
        detector.save(tmp_path / "detector.keras")
        loaded = AnomalyDetector.load(tmp_path / "detector.keras")
        expected = detector.anomaly_scores(x, condition=labels)
        np.testing.assert_array_equal(loaded.anomaly_scores(examples), expected)
        np.testing.assert_array_equal(loaded.calibration_scores_, np.sort(expected))
        assert loaded.threshold_ == detector.threshold_
        with pytest.raises(ValueError, match="`x` has none: give it as `condition=`"):
            loaded.predict(x)

    def test_a_model_is_trained_on_some_with_their_classes_and_never_calibrated_by_them(self, eagerly):
        x, labels = self.rows(60)
        vae = vae_of_classes(likelihoods.Normal((COLUMNS,), "shared"), [-1.0, 1.0])
        detector = AnomalyDetector(vae, false_alarm_rate=0.1, epochs=1).fit(x, condition=labels)
        held_back = detector.calibration_scores_
        assert len(held_back) == 15
        np.testing.assert_array_equal(detector.model_.condition.counts.numpy().sum(), 45)
        # All are given again: those that it was trained on are left out, and the same x of another class is new.
        detector.fit(x, condition=labels)
        np.testing.assert_array_equal(detector.calibration_scores_, held_back)
        detector.fit(x, condition=1 - labels)
        assert len(detector.calibration_scores_) == 60

    def test_it_is_exported_with_the_condition_beside_x(self):
        x, labels = self.rows(60)
        detector = self.of_classes().fit(x, condition=labels)
        detect = serving.signatures(detector.model_, of_x={"detect": detector._calibrated_model().call})["detect"]
        assert [spec.name for spec in detect.inputs] == ["x", "condition"]
        found = detect.function(x, labels.astype(np.int32))
        np.testing.assert_allclose(found["score"], detector.anomaly_scores(x, condition=labels), rtol=1e-5)
        np.testing.assert_array_equal(found["verdict"], detector.predict(x, condition=labels))
