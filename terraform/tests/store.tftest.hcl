# What the functions remember: where, for whom, and that nothing makes it anew unasked.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
}

run "two_databases_are_made_where_the_functions_are" {
  assert {
    condition = { for key, database in google_firestore_database.store : key => "${database.name} ${database.location_id}" } == {
      registry = "bqml-registry us-central1"
      cleanup  = "bqml-cleanup us-central1"
    }
    error_message = "The databases are others, or elsewhere."
  }
  assert {
    condition = alltrue([
      for database in google_firestore_database.store :
      database.type == "FIRESTORE_NATIVE" && database.concurrency_mode == "OPTIMISTIC" && database.app_engine_integration_mode == "DISABLED"
    ])
    error_message = "A database is of another kind."
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["REGISTRY_DATABASE"] == "bqml-registry"
      && function.service_config[0].environment_variables["CLEANUP_DATABASE"] == "bqml-cleanup"
    ])
    error_message = "A function does not know of a database."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["reconcile"].service_config[0].environment_variables["SWEEP_ORIGIN_DAYS"] == "7"
    error_message = "The sweep asks for the jobs of other models."
  }
}

run "documents_expire_and_only_what_is_asked_for_has_an_index" {
  command = plan

  assert {
    condition = toset([
      for field in google_firestore_field.expiry : "${field.database} ${field.collection} ${field.field}" if length(field.ttl_config) == 1
    ]) == toset(["bqml-registry models expire_at", "bqml-cleanup intents expire_at"])
    error_message = "Nothing deletes documents whose time has come."
  }
  assert {
    condition = toset([
      for field in concat(values(google_firestore_field.registry_payload), values(google_firestore_field.cleanup_payload)) :
      "${field.database} ${field.collection} ${field.field}"
      ]) == toset([
      "bqml-registry models aliases", "bqml-registry models origin", "bqml-registry models past",
      "bqml-registry models transitions", "bqml-cleanup intents plan", "bqml-cleanup intents progress",
    ])
    error_message = "Other fields than the payload have no index."
  }
  assert {
    condition = alltrue([
      for field in concat(values(google_firestore_field.expiry), values(google_firestore_field.registry_payload), values(google_firestore_field.cleanup_payload)) :
      length(field.index_config) == 1 && length(field.index_config[0].indexes) == 0
    ])
    error_message = "A field that nobody asks for has an index."
  }
}

run "each_function_writes_to_one_database_at_most_and_reads_both" {
  command = plan

  assert {
    condition = { for key, grant in google_project_iam_member.store : key => "${basename(grant.role)} ${grant.condition[0].expression}" } == {
      "cleanup_endpoints registry" = "bqmlStoreReader resource.name == \"projects/ml-platform/databases/bqml-registry\""
      "reconcile registry"         = "bqmlStoreWriter resource.name == \"projects/ml-platform/databases/bqml-registry\""
      "register_model registry"    = "bqmlStoreWriter resource.name == \"projects/ml-platform/databases/bqml-registry\""
    }
    error_message = "A function may do something else, or elsewhere."
  }
}

run "another_region_leaves_the_databases_where_they_are_only_if_told" {
  command = plan

  variables {
    region = "europe-west4"
  }

  expect_failures = [terraform_data.database_place]
}

run "another_location_is_refused" {
  command = plan

  variables {
    store = { location = "nam5" }
  }

  expect_failures = [terraform_data.database_place]
}

run "another_name_is_refused" {
  command = plan

  variables {
    store = { registry_database = "bqml-registry-2" }
  }

  expect_failures = [terraform_data.database_place["registry"]]
}

run "the_functions_move_and_the_databases_stay" {
  command = plan

  variables {
    region = "europe-west4"
    store  = { location = "us-central1" }
  }

  assert {
    condition = alltrue([for database in google_firestore_database.store : database.location_id == "us-central1"]) && alltrue([
      for function in google_cloudfunctions2_function.function : function.location == "europe-west4"
    ])
    error_message = "The databases follow the region."
  }
}

run "backups_are_made_if_asked_for" {
  command = plan

  variables {
    store = { backup_days = 14, point_in_time_recovery = true }
  }

  assert {
    condition = (
      google_firestore_backup_schedule.registry[0].database == "bqml-registry"
      && google_firestore_backup_schedule.registry[0].retention == "1209600s"
      && length(google_firestore_backup_schedule.registry[0].daily_recurrence) == 1
    )
    error_message = "The registry's database has no daily backup of 14 days."
  }
  assert {
    condition = alltrue([
      for database in google_firestore_database.store : database.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    ])
    error_message = "The last days cannot be read again."
  }
}

run "a_location_of_bigquery" {
  command = plan

  variables {
    store = { location = "EU" }
  }

  expect_failures = [var.store]
}

run "a_database_with_a_capital" {
  command = plan

  variables {
    store = { cleanup_database = "Cleanup" }
  }

  expect_failures = [var.store]
}

run "a_database_that_looks_like_a_uuid" {
  command = plan

  variables {
    store = { registry_database = "a1b2c3d4-0000-4000-8000-0123456789ab" }
  }

  expect_failures = [var.store]
}

run "one_database_for_both" {
  command = plan

  variables {
    store = { registry_database = "bqml-store", cleanup_database = "bqml-store" }
  }

  expect_failures = [var.store]
}

run "a_backup_for_longer_than_firestore_keeps_one" {
  command = plan

  variables {
    store = { backup_days = 99 }
  }

  expect_failures = [var.store]
}
