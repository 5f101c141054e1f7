"""Vertex AI: the Model Registry over gRPC and REST."""
