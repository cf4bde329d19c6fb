"""The estimator's answers: deterministic, seeded, the same for a row whoever stands beside it."""

from __future__ import annotations

import pickle
import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import ConfigError, DataError, RunError
from lowerbound.recipes import names
from tests.estimators.small import bits, pictures, small, table

X = table()


@pytest.fixture(scope="module")
def fitted() -> lb.VAE:
    """Return a model of a table."""
    return small().fit(X)


def test_questions_have_the_shapes_they_promise(fitted: lb.VAE) -> None:
    assert fitted.transform(X).shape == (40, 2)
    assert fitted.inverse_transform(fitted.transform(X)).shape == X.shape
    assert fitted.reconstruct(X).shape == X.shape
    assert fitted.sample(3).shape == (3, 4)
    assert fitted.sample().shape == (1, 4)
    assert fitted.sample(0).shape == (0, 4)
    assert fitted.inverse_transform(np.zeros((0, 2))).shape == (0, 4)
    assert fitted.score_samples(X).shape == (40,)
    assert isinstance(fitted.score(X), float)
    assert fitted.fit_transform(X).shape == (40, 2)


def test_reconstruction_is_the_mean_at_the_code(fitted: lb.VAE) -> None:
    assert np.array_equal(fitted.reconstruct(X), fitted.inverse_transform(fitted.transform(X)))


@pytest.mark.parametrize("ask", ["transform", "score_samples", "score", "reconstruct", "sample", "traverse"])
def test_the_same_question_has_the_same_answer(fitted: lb.VAE, ask: str) -> None:
    arguments: list[Any] = [] if ask == "traverse" else [4] if ask == "sample" else [X]
    first, second = (getattr(fitted, ask)(*arguments) for _ in range(2))
    parts = [(first, second)] if ask != "traverse" else list(zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in parts)


def test_sampling_is_seeded(fitted: lb.VAE) -> None:
    assert np.array_equal(fitted.sample(5, random_state=1), fitted.sample(5, random_state=1))
    assert not np.array_equal(fitted.sample(5, random_state=1), fitted.sample(5, random_state=2))
    assert len(np.unique(fitted.sample(50)[:, 0])) == 50
    assert fitted.sample(2000, mean=True).std(0).max() < fitted.sample(2000).std(0).max()


@pytest.mark.parametrize(
    "options", [{}, {"precision": "bfloat16"}, {"posterior": "cholesky-normal"}, {"variance": "optimal"}]
)
def test_the_same_fit_twice_is_bit_equal(options: dict[str, Any]) -> None:
    first, second = (small(**options).fit(X) for _ in range(2))
    left, right = first.fitted_.model.state_dict(), second.fitted_.model.state_dict()
    assert left.keys() == right.keys()
    assert all(torch.equal(left[k], right[k]) for k in left)
    assert first.history_ == second.history_
    assert np.array_equal(first.score_samples(X), second.score_samples(X))


def test_another_seed_is_another_model(fitted: lb.VAE) -> None:
    assert not np.array_equal(small(random_state=1).fit(X).transform(X), fitted.transform(X))


def test_a_random_state_object_gives_seeds_in_turn() -> None:
    first, second = (small(random_state=np.random.RandomState(3)).fit(X) for _ in range(2))
    assert np.array_equal(first.transform(X), second.transform(X))
    assert first.settings_["seed"] == second.settings_["seed"] != 0


def everything(folder: Path) -> None:
    """Ask a model everything there is to ask."""
    vae = small().fit(X)
    vae.transform(X)
    vae.score(X)
    vae.sample(3)
    vae.evaluate(X, samples=4)
    vae.diagnose(X, train=X)
    vae.traverse(2)
    vae.save(folder / "run")
    lb.load(folder / "run")


def test_nothing_touches_the_generators_of_the_process(tmp_path: Path) -> None:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()  # noqa: NPY002
    everything(tmp_path)
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[2])


@pytest.mark.parametrize("likelihood", ["normal", "transformer-categorical", "pixel-logistic"])
def test_a_likelihood_with_weights_of_its_own_leaves_the_generator_alone(likelihood: str) -> None:
    data = X if likelihood == "normal" else pictures(1, 4, 5) % 4
    before = torch.get_rng_state()
    small(likelihood=likelihood, network="mlp").fit(data)
    assert torch.equal(before, torch.get_rng_state())


def test_the_generators_of_the_process_do_not_touch_anything(fitted: lb.VAE) -> None:
    torch.manual_seed(987)
    vae = small().fit(X)
    torch.manual_seed(654)
    assert np.array_equal(vae.transform(X), fitted.transform(X))
    assert np.array_equal(vae.sample(3), fitted.sample(3))


def test_settings_of_torch_are_left_as_they_were(tmp_path: Path) -> None:
    ask = (torch.is_grad_enabled, torch.get_default_dtype, torch.get_num_threads, torch.is_autocast_enabled)
    before = [f() for f in ask]
    everything(tmp_path)
    assert [f() for f in ask] == before


KINDS = {
    "table": ({}, X),
    "bits": ({}, bits()),
    "levels": ({"network": "mlp"}, pictures(3, 4)),
    "images": ({"options": {"channels": (4,)}}, pictures(5, 7, support="real")),
    "full": ({"posterior": "cholesky-normal"}, X),
    "learned prior": ({"prior": "diagonal-normal"}, X),
    "network variance": ({"variance": "network"}, X),
    "optimal variance": ({"variance": "optimal"}, X),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_s_score_is_its_own(kind: str) -> None:
    options, data = KINDS[kind]
    vae = small(**options).fit(data)
    scores = vae.score_samples(data)
    order = np.random.default_rng(0).permutation(len(data))
    assert np.allclose(vae.score_samples(data[order]), scores[order], rtol=1e-5, atol=1e-5)
    assert np.allclose(vae.score_samples(data[3:5]), scores[3:5], rtol=1e-5, atol=1e-5)
    assert np.allclose(
        vae.score_samples(np.concatenate([data[:1]] * 3 + [data[7:9]]))[0], scores[0], rtol=1e-5, atol=1e-5
    )
    assert np.allclose(vae.transform(data[order]), vae.transform(data)[order], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("samples", [1, 2, 16, 17, 100])
def test_log_p_takes_exactly_the_samples_asked_for(fitted: lb.VAE, samples: int) -> None:
    seen: list[int] = []
    hook = fitted.fitted_.model.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["samples"]), with_kwargs=True
    )
    try:
        estimate = fitted.log_likelihood(X, samples=samples)
    finally:
        hook.remove()
    assert sum(seen) == samples  # one pass of at most 64 rows
    assert estimate.samples == samples
    assert (estimate.ess <= samples + 1e-6).all()
    assert (estimate.ess >= 1).all()


def test_scores_use_64_samples_and_are_their_mean(fitted: lb.VAE) -> None:
    estimate = fitted.log_likelihood(X, samples=64)
    assert np.array_equal(fitted.score_samples(X), estimate.rows)
    assert fitted.score(X) == estimate.rows.mean() == estimate.value


def test_more_samples_tighten_the_bound(fitted: lb.VAE) -> None:
    few, many = (fitted.log_likelihood(X, samples=s).value for s in (1, 2000))
    assert many > few
    assert fitted.evaluate(X, samples=8).elbo < many + 1e-6


def test_higher_scores_are_likelier_rows(fitted: lb.VAE) -> None:
    odd = X + 40 * X.std(0)
    assert fitted.score(odd) < fitted.score(X)
    assert np.array_equal(fitted.anomaly_score(X), -fitted.score_samples(X))


def test_the_encoder_is_there_after_fit(fitted: lb.VAE) -> None:
    encoder = fitted.fitted_.model.levels[0].posterior_
    assert sum(p.numel() for p in encoder.parameters()) > 0
    assert fitted.transform(X).std(0).min() > 0


def test_training_is_recorded(fitted: lb.VAE) -> None:
    assert fitted.n_iter_ == 2
    assert [r["step"] for r in fitted.history_] == [1, 2]
    assert {"train/elbo", "train/rate", "train/distortion", "train/beta", "val/elbo", "grad_norm", "lr"} <= {
        *fitted.history_[-1]
    }
    assert fitted.settings_["latent"] == 2
    assert fitted.spec_["objective"].startswith("ELBO(")
    assert fitted.facts_["device"] == "cpu"


@pytest.mark.parametrize("shape", [(3, 1), (3, 4), (2, 1), (2, 4), (40, 1)])
def test_few_rows_and_one_column_are_enough(shape: tuple[int, int]) -> None:
    data = table(*shape)
    vae = small(n_components=None).fit(data)
    assert vae.transform(data).shape == (shape[0], vae.settings_["latent"] or vae.fitted_.code_size)
    assert np.isfinite(vae.score_samples(data)).all()
    assert np.isfinite(vae.sample(2)).all()


@pytest.mark.parametrize("batch_size", [1, 7, 13, 36, 35, 1000])
def test_any_batch_size_trains(batch_size: int) -> None:
    vae = small(batch_size=batch_size).fit(X)
    assert np.isfinite(vae.score(X))


def test_no_validation_rows_is_a_choice() -> None:
    vae = small(valid_fraction=0.0).fit(X)
    assert "val/elbo" not in vae.history_[-1]
    assert np.isfinite(vae.score(X))


def test_traversals_walk_one_latent_at_a_time(fitted: lb.VAE) -> None:
    dims, values, rows = fitted.traverse(5, dims=[1], row=X[:1], span=2.0)
    assert (dims, values.tolist(), rows.shape) == ([1], [-2.0, -1.0, 0.0, 1.0, 2.0], (1, 5, 4))
    code = fitted.transform(X[:1])
    code[:, 1] = 2.0
    assert np.allclose(rows[0, -1], fitted.inverse_transform(code)[0], atol=1e-6)
    assert fitted.traverse(3)[2].shape == (2, 3, 4)
    with pytest.raises(ConfigError, match="There is no latent 2: this model has 0 to 1"):
        fitted.traverse(3, dims=[2])


@pytest.mark.parametrize("beta", ["Linear(0.0, 1.0, 3)", "Cosine(0.0, 1.0, 1000)", "Cyclical(0.0, 1.0, 4)"])
def test_a_schedule_that_cannot_finish_says_so(beta: str) -> None:
    with pytest.raises(
        ConfigError, match=r"The schedule beta=.* needs \d+ steps; this run has 2. Train for more epochs"
    ):
        small(beta=beta).fit(X)


def test_a_schedule_that_can_finish_is_in_the_record() -> None:
    vae = small(beta="Linear(0.0, 2.0, 4)", epochs=6).fit(X)
    assert [r["train/beta"] for r in vae.history_] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.0]


def test_warm_up_is_a_part_of_the_run() -> None:
    vae = small(beta=2.0, epochs=8, options={"warmup": 0.5}).fit(X)
    assert [r["train/beta"] for r in vae.history_] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.0, 2.0, 2.0]


def test_a_run_folder_is_written_while_fitting(tmp_path: Path) -> None:
    vae = small().fit(X, out=tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.transform(X), vae.transform(X))
    assert np.array_equal(again.score_samples(X), vae.score_samples(X))
    assert np.array_equal(again.sample(3), vae.sample(3))
    assert again.history_ == vae.history_
    assert again.n_iter_ == vae.n_iter_
    assert again.settings_ == vae.settings_
    assert again.spec_ == vae.spec_


def test_fitting_into_a_run_is_refused(tmp_path: Path) -> None:
    small().fit(X, out=tmp_path / "run")
    with pytest.raises(RunError, match="holds a run already"):
        small().fit(X, out=tmp_path / "run")


def test_quiet_unless_asked(capfd: pytest.CaptureFixture[str]) -> None:
    small().fit(X)
    assert capfd.readouterr() == ("", "")
    small(verbose=True).fit(X)
    assert "step" in "".join(capfd.readouterr())


def test_options_reach_every_setting() -> None:
    vae = small(options={"ema": 0.5, "clip": 1.0, "learning_rate_schedule": "linear", "dropout": 0.1}).fit(X)
    assert (vae.settings_["ema"], vae.settings_["clip"], vae.settings_["dropout"]) == (0.5, 1.0, 0.1)


@pytest.mark.parametrize("recipe", names())
def test_a_pickled_estimator_has_the_same_settings(recipe: str) -> None:
    vae = lb.VAE(2, recipe=recipe, random_state=0)
    assert pickle.loads(pickle.dumps(vae))._settings() == vae._settings()


@pytest.mark.parametrize("word", ["feature", "".join(["fea", "ture"])])
def test_a_setting_that_is_said_wins_over_the_recipe(word: str) -> None:
    assert lb.VAE(recipe="two-stage-vae", variance=word)._settings().model.variance == "feature"
    assert lb.VAE(recipe="two-stage-vae")._settings().model.variance == "scalar"


def test_names_of_columns_are_those_of_the_last_fit() -> None:
    vae = small().fit(pd.DataFrame(X, columns=list("abcd")))
    vae.fit(torch.tensor(X[:, :3]))
    assert not hasattr(vae, "feature_names_in_")
    assert vae.n_features_in_ == 3
    vae.fit(pd.DataFrame(X, columns=list("abcd")))
    assert list(vae.feature_names_in_) == list("abcd")
    assert not hasattr(vae.fit(lb.data.from_arrays(X)), "feature_names_in_")


def test_names_of_two_kinds_are_refused() -> None:
    with pytest.raises(DataError, match="Name all columns by text"):
        small().fit(pd.DataFrame(X, columns=["a", 1, "b", 2]))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda m: m.traverse(dims=1), r"dims=1: give a list of latents, such as \[0, 1\]"),
        (lambda m: m.traverse(dims=[0.0]), "dims=0.0: give a whole number"),
        (lambda m: m.traverse(2.5), "n_steps=2.5: give a whole number, at least 1"),
        (lambda m: m.traverse(span=float("inf")), "span=inf: give a finite number"),
        (lambda m: m.sample(random_state=2**63), r"random_state=9223372036854775808: .* below 2\*\*63"),
        (lambda m: m.impute(X, random_state=2**64), "random_state=.*: give a whole number"),
    ],
)
def test_impossible_questions(fitted: lb.VAE, ask: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ask(fitted)


def test_codes_of_every_kind(fitted: lb.VAE) -> None:
    codes = fitted.transform(X)
    expected = fitted.inverse_transform(codes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for Z in (pd.DataFrame(codes), torch.tensor(codes, requires_grad=True), codes.tolist()):
            assert np.array_equal(fitted.inverse_transform(Z), expected)
    with pytest.raises(DataError, match="Z has text in row 0"):
        fitted.inverse_transform([["a", "b"]])
