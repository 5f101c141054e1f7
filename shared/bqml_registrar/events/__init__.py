"""What subscribers get: types, payloads, ids and CloudEvents."""
