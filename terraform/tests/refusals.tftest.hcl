# Values that are not taken, each with a sentence that says why. Delivery's: delivery.tftest.hcl; the store's: store.tftest.hcl.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
}

run "a_project_without_a_number" {
  command = plan

  variables {
    project = { id = "ml-platform", number = "ml-platform" }
  }

  expect_failures = [var.project]
}

run "a_project_by_its_name" {
  command = plan

  variables {
    project = { id = "ML Platform", number = "123456789012" }
  }

  expect_failures = [var.project]
}

run "a_multi_region" {
  command = plan

  variables {
    region = "EU"
  }

  expect_failures = [var.region]
}

run "a_scope_of_nothing" {
  command = plan

  variables {
    scope = {}
  }

  expect_failures = [var.scope]
}

run "an_organization_by_its_resource_name" {
  command = plan

  variables {
    scope = { organization = "organizations/234567890123" }
  }

  expect_failures = [var.scope]
}

run "another_route" {
  command = plan

  variables {
    event_route = "poll"
  }

  expect_failures = [var.event_route]
}

run "a_timeout_that_pubsub_does_not_wait_for" {
  command = plan

  variables {
    functions = { cleanup_endpoints = { timeout_seconds = 900 } }
  }

  expect_failures = [var.functions]
}

run "memory_in_megabytes" {
  command = plan

  variables {
    functions = { reconcile = { memory = "512M" } }
  }

  expect_failures = [var.functions]
}

run "a_python_that_is_too_old" {
  command = plan

  variables {
    runtime = "python310"
  }

  expect_failures = [var.runtime]
}

run "a_dataset_without_its_project" {
  command = plan

  variables {
    bigquery_datasets = ["prod_sales"]
  }

  expect_failures = [var.bigquery_datasets]
}

run "a_prefix_with_spaces" {
  command = plan

  variables {
    event_prefix = "Our events"
  }

  expect_failures = [var.event_prefix]
}

run "no_storage_region" {
  command = plan

  variables {
    message_storage_regions = []
  }

  expect_failures = [var.message_storage_regions]
}

run "a_policy_that_is_not_there" {
  command = plan

  variables {
    policy_file = "./no-such-policy.yaml"
  }

  expect_failures = [var.policy_file]
}

run "a_policy_that_is_none" {
  command = plan

  variables {
    policy_file = "./versions.tf"
  }

  expect_failures = [var.policy_file]
}

run "everybody_as_a_reader" {
  command = plan

  variables {
    readers = ["allUsers"]
  }

  expect_failures = [var.readers]
}

run "a_reader_without_a_kind" {
  command = plan

  variables {
    readers = ["ml-on-call@example.com"]
  }

  expect_failures = [var.readers]
}

run "a_schedule_in_words" {
  command = plan

  variables {
    reconcile = { schedule = "every 5 minutes please now", time_zone = "Etc/UTC" }
  }

  expect_failures = [var.reconcile]
}

run "a_schedule_of_four_fields" {
  command = plan

  variables {
    reconcile = { schedule = "17 * * *" }
  }

  expect_failures = [var.reconcile]
}

run "a_dataset_to_sweep" {
  command = plan

  variables {
    reconcile = { projects = ["analytics-prod/prod_sales"] }
  }

  expect_failures = [var.reconcile]
}

run "jobs_of_longer_ago_than_bigquery_knows" {
  command = plan

  variables {
    reconcile = { origin_days = 181 }
  }

  expect_failures = [var.reconcile]
}

run "a_table_that_keeps_nothing" {
  command = plan

  variables {
    recorder = { days = 0 }
  }

  expect_failures = [var.recorder]
}

run "a_channel_by_its_address" {
  command = plan

  variables {
    notification_channels = ["ml-on-call@example.com"]
  }

  expect_failures = [var.notification_channels]
}

run "a_suffix_that_a_role_cannot_have" {
  command = plan

  variables {
    suffix = "dev-eu"
  }

  expect_failures = [var.suffix]
}

run "a_wait_that_is_no_time" {
  command = plan

  variables {
    settle_seconds = -1
  }

  expect_failures = [var.settle_seconds]
}

run "no_dataset_at_all" {
  command = plan

  variables {
    bigquery_datasets = []
  }

  expect_failures = [var.bigquery_datasets]
}

run "a_policy_of_another_version" {
  command = plan

  variables {
    policy_file = "./tests/policies/version_2.yaml"
  }

  expect_failures = [var.policy_file]
}
