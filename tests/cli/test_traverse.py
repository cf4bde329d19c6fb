from __future__ import annotations

import numpy as np

import lowerbound as lb
from tests.cli.conftest import size_of


def test_a_picture_has_a_line_for_each_latent(typed, image_run, tmp_path):
    output = typed("traverse", image_run, "--dims", "0,2", "--steps", 5, "-o", tmp_path / "t.png").output
    assert "2 latents" in output
    assert size_of(tmp_path / "t.png") == (5 * 50, 2 * 50)


def test_an_array_is_what_the_estimator_walks(typed, image_run, files, tmp_path):
    out = tmp_path / "t.npy"
    typed("traverse", image_run, files / "images.npy", "--row", 3, "--span", 1, "-o", out)
    row = np.load(files / "images.npy")[3:4]
    np.testing.assert_allclose(np.load(out), lb.load(image_run).traverse(row=row, span=1.0)[2], rtol=1e-5)


def test_what_does_not_exist_is_said(typed, image_run, tmp_path):
    out = tmp_path / "t.npy"
    assert "no latent 7" in typed("traverse", image_run, "--dims", "7", "-o", out, code=2).output
    assert "--dims a" in typed("traverse", image_run, "--dims", "a", "-o", out, code=2).output
    assert "no row 40" in typed("traverse", image_run, "--row", 40, "-o", out, code=2).output
    for span in ("inf", "nan"):
        assert "--span" in typed("traverse", image_run, "--span", span, "-o", out, code=2).output
    assert not out.exists()
    assert "--steps" in typed("traverse", image_run, "--steps", 1, "-o", out, code=2).output
