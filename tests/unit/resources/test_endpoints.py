"""What endpoints show of their deployed models."""

from __future__ import annotations

from bqml_registrar.names import VertexName
from bqml_registrar.resources.endpoints import DeployedModel


def test_a_deployed_model_names_its_version_in_the_project_of_its_endpoint() -> None:
    deployed = DeployedModel(id="1", region="us-central1", model_id="churn", version="2")

    assert deployed.version_in("analytics-dev") == VertexName(
        project="analytics-dev", region="us-central1", model_id="churn", version="2"
    )
