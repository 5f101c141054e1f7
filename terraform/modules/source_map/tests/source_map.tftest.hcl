# What lies where in each archive. That it is just what main.py imports: tests/packaging.

variables {
  repository = "../../.."
}

run "main_requirements_policy_and_schemas_lie_at_the_root" {
  assert {
    condition = alltrue([
      for function, files in output.files :
      files["main.py"] == "../../../functions/${function}/main.py"
      && files["requirements.txt"] == "../../../requirements.txt"
      && files["policy.yaml"] == "../../../policy.yaml"
      && contains(keys(files), "schemas/registry_event.proto")
      && contains(keys(files), "schemas/policy.schema.json")
    ])
    error_message = "A file that every function needs is missing or another."
  }
  assert {
    condition     = toset(keys(output.files)) == toset(["register_model", "cleanup_endpoints", "reconcile"])
    error_message = "The functions are others."
  }
  assert {
    condition     = length(toset(values(output.digests))) == 3 && alltrue([for digest in values(output.digests) : length(digest) == 16])
    error_message = "Two functions share a digest."
  }
}

run "a_policy_of_ones_own_takes_the_place_of_the_repositorys" {
  variables {
    policy_file = "../../../requirements.txt"
  }

  assert {
    condition     = alltrue([for files in values(output.files) : files["policy.yaml"] == "../../../requirements.txt"])
    error_message = "The policy is not the one that was given."
  }
  assert {
    condition     = output.digests["register_model"] != run.main_requirements_policy_and_schemas_lie_at_the_root.digests["register_model"]
    error_message = "Another policy does not lead to another archive."
  }
}
