# Values that are taken alone but not together, each with a sentence that says why.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
}

run "a_scope_of_two" {
  command = plan

  variables {
    scope = { project = "ml-platform", organization = "234567890123" }
  }

  expect_failures = [var.scope]
}

run "a_folder_without_its_organization" {
  command = plan

  variables {
    scope = { folder = "345678901234" }
  }

  expect_failures = [var.scope]
}

run "a_folder_with_a_project" {
  command = plan

  variables {
    scope = { folder = "345678901234", project = "ml-platform" }
  }

  expect_failures = [var.scope]
}

run "concurrency_on_half_a_cpu" {
  command = plan

  variables {
    functions = { register_model = { cpu = 0.5 } }
  }

  expect_failures = [var.functions]
}

run "fewer_instances_at_most_than_at_least" {
  command = plan

  variables {
    functions = { reconcile = { min_instances = 3, max_instances = 2 } }
  }

  expect_failures = [var.functions]
}

run "eventarc_for_an_organization" {
  command = plan

  variables {
    event_route = "eventarc"
    scope       = { organization = "234567890123" }
    reconcile   = { projects = ["analytics-prod"] }
  }

  expect_failures = [google_eventarc_trigger.model_changes]
}

run "an_organization_without_projects_to_sweep" {
  command = plan

  variables {
    scope = { organization = "234567890123" }
  }

  expect_failures = [google_cloudfunctions2_function.function]
}

run "a_dataset_of_another_project_than_the_one_that_is_watched" {
  command = plan

  variables {
    bigquery_datasets = ["analytics-prod.prod_sales"]
  }

  expect_failures = [google_bigquery_dataset_iam_member.function]
}
