"""What each model type can do once it is registered."""

from __future__ import annotations

import pytest

from bqml_registrar.resources.capabilities import capability


@pytest.mark.parametrize("model_type", ["LINEAR_REGRESSION", "KMEANS", "BOOSTED_TREE_CLASSIFIER"])
def test_an_exportable_type_can_be_deployed(model_type: str) -> None:
    assert capability(model_type).deployable
    assert capability(model_type).note == ""


@pytest.mark.parametrize("model_type", ["ARIMA_PLUS", "ARIMA_PLUS_XREG", "XGBOOST"])
def test_a_type_that_registers_but_cannot_be_deployed_says_why(model_type: str) -> None:
    assert not capability(model_type).deployable
    assert "register but cannot be deployed" in capability(model_type).note


@pytest.mark.parametrize("model_type", ["", "A_TYPE_OF_TOMORROW"])
def test_a_type_that_no_page_lists_is_not_known_to_deploy(model_type: str) -> None:
    assert not capability(model_type).deployable
    assert "not documented" in capability(model_type).note
