"""The repository: where it lies, and what of it is deployed."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FUNCTIONS = ("register_model", "cleanup_endpoints", "reconcile")
DEFAULT_POLICY = REPOSITORY / "policy.yaml"
# What Terraform archives of `shared/`, by function.
SHARED_FILES = REPOSITORY / "terraform" / "modules" / "source_map" / "shared.json"
