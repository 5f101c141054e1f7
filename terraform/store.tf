# What the functions remember: two Firestore databases, as access is granted per database and not per collection.
# Who may read and write which: iam_store.tf.

locals {
  # Neither can be renamed or moved later.
  databases = {
    registry = { id = var.store.registry_database, expires = "models" }
    cleanup  = { id = var.store.cleanup_database, expires = "intents" }
  }
  database_location = coalesce(var.store.location, var.region)
}

# The memory of the functions: `registry` of models and datasets, `cleanup` of deletions under way.
resource "google_firestore_database" "store" {
  for_each = local.databases

  project                           = var.project.id
  name                              = each.value.id
  location_id                       = local.database_location
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  point_in_time_recovery_enablement = var.store.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = "DELETE_PROTECTION_DISABLED" # a destroy takes it along
  deletion_policy                   = "DELETE"                     # by default it would be left, and stand in the way of the next apply

  depends_on = [google_project_service.required]
}

# Refuses a plan that would make a database anew, and empty: it keeps where each was made first.
resource "terraform_data" "database_place" {
  for_each = local.databases

  input = { project = var.project.id, id = each.value.id, location = local.database_location }

  # Kept once the database is there: a location that Firestore refuses can still be changed.
  depends_on = [google_firestore_database.store]

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.output == { project = var.project.id, id = each.value.id, location = local.database_location }
      error_message = "What the functions remember is in the database ${self.output.id} of ${self.output.project}, in ${self.output.location}. Firestore neither moves nor renames a database: another would be empty, and this one deleted. Keep store.location = \"${self.output.location}\" (null is `region`) and store.${each.key}_database = \"${self.output.id}\"; or see docs/deploy.md, \"What the functions remember\"."
    }
  }
}

# Lets Firestore delete documents whose time has come. An index of ever later times would have all writes at its end.
resource "google_firestore_field" "expiry" {
  for_each = local.databases

  project    = var.project.id
  database   = google_firestore_database.store[each.key].name
  collection = each.value.expires
  field      = "expire_at"

  ttl_config {}
  index_config {}

  # By its name alone it would not follow a database that is made anew.
  lifecycle {
    replace_triggered_by = [google_firestore_database.store[each.key].id]
  }
}

# Fields that no query asks for have no index: it would cost writes, and take no long value. What is asked of `models`
# (two fields by equality, in the order of names) is answered by the indexes that Firestore keeps of each field.
resource "google_firestore_field" "registry_payload" {
  for_each = toset(["aliases", "origin", "past", "transitions"])

  project    = var.project.id
  database   = google_firestore_database.store["registry"].name
  collection = "models"
  field      = each.key

  index_config {}

  lifecycle {
    replace_triggered_by = [google_firestore_database.store["registry"].id]
  }
}

# The same for what is kept of deletions under way.
resource "google_firestore_field" "cleanup_payload" {
  for_each = toset(["plan", "progress"])

  project    = var.project.id
  database   = google_firestore_database.store["cleanup"].name
  collection = "intents"
  field      = each.key

  index_config {}

  lifecycle {
    replace_triggered_by = [google_firestore_database.store["cleanup"].id]
  }
}

# A copy of the registry's database each day, if `store.backup_days` says how long one is kept.
resource "google_firestore_backup_schedule" "registry" {
  count = var.store.backup_days == null ? 0 : 1

  project   = var.project.id
  database  = google_firestore_database.store["registry"].name
  retention = "${var.store.backup_days * 24 * 3600}s"

  daily_recurrence {}

  lifecycle {
    replace_triggered_by = [google_firestore_database.store["registry"].id]
  }
}
