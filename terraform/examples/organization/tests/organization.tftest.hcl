mock_provider "google" {
  source = "../../tests/mocks"
}

# The archives take their time, and are tested elsewhere.
override_module {
  target = module.bqml_registrar.module.source_map
  outputs = {
    files = {
      register_model    = { "main.py" = "../../../functions/register_model/main.py" }
      cleanup_endpoints = { "main.py" = "../../../functions/cleanup_endpoints/main.py" }
      reconcile         = { "main.py" = "../../../functions/reconcile/main.py" }
    }
    digests = { register_model = "0123456789abcdef", cleanup_endpoints = "123456789abcdef0", reconcile = "23456789abcdef01" }
  }
}

variables {
  project       = { id = "ml-platform", number = "123456789012" }
  organization  = "345678901234"
  data_projects = ["analytics-prod"]
}

run "an_organization_begins_with_a_rehearsal" {
  command = plan

  assert {
    condition     = var.dry_run
    error_message = "A first rollout for a whole organization would change models at once."
  }
}

run "one_folder_of_it" {
  command = plan

  variables {
    folder = "456789012345"
  }

  assert {
    condition     = var.folder == "456789012345"
    error_message = "The folder is not taken."
  }
}
