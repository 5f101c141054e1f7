# Who may read and write what the functions remember.

locals {
  # What the functions' calls need, as in custom_roles.tf. Nobody deletes: Firestore does, by `expire_at`.
  store_permissions = {
    reader = [
      "datastore.entities.get", # BatchGetDocuments
    ]
    writer = [
      "datastore.entities.create", # Commit of a new document
      "datastore.entities.get",    # BatchGetDocuments, RunQuery
      "datastore.entities.list",   # RunQuery
      "datastore.entities.update", # Commit of one that is there
    ]
  }

  # Function => database => role. No function calls the database `cleanup` yet: a clean-up's plan is in a message.
  store_access = {
    register_model    = { registry = "writer" }
    cleanup_endpoints = { registry = "reader" }
    reconcile         = { registry = "writer" }
  }
  store_grants = merge([
    for function, databases in local.store_access : {
      for database, role in databases : "${function} ${database}" => { function = function, database = database, role = role }
    }
  ]...)
}

# Reading a database, and reading and writing it: no predefined role is as small.
resource "google_project_iam_custom_role" "store" {
  for_each = local.store_permissions

  project     = var.project.id
  role_id     = "bqmlStore${title(each.key)}${local.role_suffix}"
  title       = "bqml-registrar: ${each.key} of what the functions remember"
  description = "Just what the functions' calls of Firestore need."
  permissions = each.value

  depends_on = [google_project_service.required]
}

# What each function may do in which database.
resource "google_project_iam_member" "store" {
  for_each = local.store_grants

  project = var.project.id
  role    = "projects/${google_project_iam_custom_role.store[each.value.role].project}/roles/${google_project_iam_custom_role.store[each.value.role].role_id}"
  member  = "serviceAccount:${local.function_accounts[each.value.function]}"

  # https://docs.cloud.google.com/firestore/native/docs/manage-databases, "Configure per-database access permissions".
  condition {
    title       = "database ${google_firestore_database.store[each.value.database].name}"
    description = "Of all databases in the project this one."
    expression  = "resource.name == \"projects/${var.project.id}/databases/${google_firestore_database.store[each.value.database].name}\""
  }
}
