# Aggregated sinks and the organization's roles.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { organization = "234567890123" }
  reconcile      = { projects = ["analytics-prod", "analytics-dev"] }
}

run "an_organization_is_watched_with_all_its_children" {
  assert {
    condition = alltrue([
      for sink in google_logging_organization_sink.events : sink.include_children && sink.org_id == "234567890123"
    ]) && length(google_logging_organization_sink.events) == 2
    error_message = "The sinks leave projects out."
  }
  assert {
    condition = alltrue([
      for key, sink in google_logging_organization_sink.events : google_pubsub_topic_iam_member.sink[key].member == sink.writer_identity
    ])
    error_message = "A sink may not write to its topic."
  }
  assert {
    condition     = length(google_logging_project_sink.events) + length(google_logging_folder_sink.events) == 0
    error_message = "Entries would come twice."
  }
}

run "an_organization_owns_the_roles_and_binds_them" {
  assert {
    condition     = length(google_organization_iam_custom_role.function) == 6 && length(google_project_iam_custom_role.function) == 0
    error_message = "A project's role cannot be granted on an organization."
  }
  assert {
    condition     = length(google_organization_iam_member.function) == 6 && length(google_project_iam_member.function) + length(google_folder_iam_member.function) == 0
    error_message = "The roles are bound elsewhere."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["reconcile"].service_config[0].environment_variables["RECONCILE_PROJECTS"] == "analytics-dev,analytics-prod"
    error_message = "The sweep goes over other projects."
  }
}

run "a_folder_is_watched_with_the_roles_of_its_organization" {
  variables {
    scope = { folder = "345678901234", organization = "234567890123" }
  }

  assert {
    condition = alltrue([
      for sink in google_logging_folder_sink.events : sink.include_children && sink.folder == "345678901234"
    ]) && length(google_logging_folder_sink.events) == 2 && length(google_logging_organization_sink.events) == 0
    error_message = "The sinks are not the folder's."
  }
  assert {
    condition     = length(google_folder_iam_member.function) == 6 && length(google_organization_iam_member.function) == 0
    error_message = "The roles are bound beyond the folder."
  }
  assert {
    condition     = alltrue([for role in google_organization_iam_custom_role.function : role.org_id == "234567890123"]) && length(google_organization_iam_custom_role.function) == 6
    error_message = "A folder cannot own roles."
  }
}

run "single_datasets_of_an_organization_take_its_roles" {
  variables {
    bigquery_datasets = ["analytics-prod.prod_sales"]
  }

  assert {
    condition     = alltrue([for grant in google_bigquery_dataset_iam_member.function : startswith(grant.role, "organizations/")]) && length(google_bigquery_dataset_iam_member.function) == 3
    error_message = "A role is granted where it does not exist."
  }
}

run "two_rollouts_below_one_organization_have_other_names_there" {
  variables {
    suffix = "dev"
  }

  assert {
    condition     = alltrue([for role in google_organization_iam_custom_role.function : endswith(role.role_id, "Dev")])
    error_message = "Their custom roles would be the same."
  }
  assert {
    condition     = toset([for sink in google_logging_organization_sink.events : sink.name]) == toset(["bqml-model-changes-dev", "bqml-refused-deletes-dev"])
    error_message = "Their sinks would be the same."
  }
}
