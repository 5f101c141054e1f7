"""Vertex AI: the Model Registry and endpoints over gRPC and REST."""
