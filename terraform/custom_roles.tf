# The functions' own roles. Where they are granted: iam_functions.tf.

locals {
  # What each function's calls need, and nothing else: tests/terraform/test_permissions.py compares
  # both ways with the calls that the local cloud sees. `data` can be granted on single datasets;
  # `project` on a project, a folder or the organization. Sources: tools/terraform/permissions.py.
  permissions = {
    register_model = {
      data = [
        "bigquery.datasets.get",          # datasets.get: location, labels
        "bigquery.models.getMetadata",    # models.get
        "bigquery.models.updateMetadata", # models.patch: registration, our labels
      ]
      project = [
        "aiplatform.models.get",    # GetModel
        "aiplatform.models.list",   # ListModelVersions
        "aiplatform.models.update", # UpdateModel, MergeVersionAliases
        "aiplatform.models.upload", # models.patch that registers: BigQuery asks for the caller's
        "bigquery.jobs.get",        # jobs.get of the job that the event names, another's
        "bigquery.jobs.listAll",    # jobs.list: the job that made the model, anybody's
      ]
    }
    cleanup_endpoints = {
      data = [
        "bigquery.datasets.get",       # datasets.get: labels
        "bigquery.models.delete",      # models.delete
        "bigquery.models.getMetadata", # models.get
      ]
      project = [
        "aiplatform.endpoints.delete",   # DeleteEndpoint, where a rule has emptied ones deleted
        "aiplatform.endpoints.get",      # GetEndpoint; GetOperation of what is under way there
        "aiplatform.endpoints.undeploy", # UndeployModel
        "aiplatform.endpoints.update",   # UpdateEndpoint: the traffic
        "aiplatform.models.delete",      # models.delete of a registered model: its version goes along
        "aiplatform.models.get",         # GetModel
        "aiplatform.models.list",        # ListModelVersions
        "bigquery.jobs.get",             # jobs.get of a refused DROP, another's
        "bigquery.jobs.listAll",         # jobs.list: labels of the job that made the model
      ]
    }
    reconcile = {
      data = [
        "bigquery.datasets.get",          # datasets.list, datasets.get
        "bigquery.models.getMetadata",    # models.get
        "bigquery.models.list",           # models.list
        "bigquery.models.updateMetadata", # models.patch: registration, our labels
      ]
      project = [
        "aiplatform.models.get",    # GetModel
        "aiplatform.models.list",   # ListModels, ListModelVersions
        "aiplatform.models.update", # UpdateModel, MergeVersionAliases
        "aiplatform.models.upload", # models.patch that registers: BigQuery asks for the caller's
        "bigquery.jobs.listAll",    # jobs.list: the job that made the model, anybody's
      ]
    }
  }
}

locals {
  # Two roles a function: what can be granted on a single dataset, and the rest.
  custom_roles = merge([
    for function, permissions in local.permissions : {
      "${function}/data" = {
        role_id     = "${local.role_names[function]}Data${local.role_suffix}"
        title       = "${local.functions[function].name}: BigQuery ML models"
        permissions = permissions.data
      }
      "${function}/project" = {
        role_id     = "${local.role_names[function]}Project${local.role_suffix}"
        title       = "${local.functions[function].name}: jobs and Vertex AI"
        permissions = [for permission in permissions.project : permission if permission != local.lists_jobs || var.policy_asks_for_jobs]
      }
    }
  ]...)

  # Lets one see everybody's jobs, so nobody gets it for a policy that asks for none.
  lists_jobs = "bigquery.jobs.listAll"

  # A role's id has no hyphen.
  role_suffix = title(var.suffix)

  role_names = {
    register_model    = "bqmlRegistrar"
    cleanup_endpoints = "bqmlCleaner"
    reconcile         = "bqmlReconciler"
  }

  # Full names, known before anything is made: a plan shows who gets what.
  roles = merge(
    { for key, role in google_project_iam_custom_role.function : key => "projects/${role.project}/roles/${role.role_id}" },
    { for key, role in google_organization_iam_custom_role.function : key => "organizations/${role.org_id}/roles/${role.role_id}" },
  )
}

# The calls of each function, where one project is watched.
resource "google_project_iam_custom_role" "function" {
  for_each = local.is_project ? local.custom_roles : {}

  project     = var.scope.project
  role_id     = each.value.role_id
  title       = each.value.title
  description = "Just what the calls of this function need."
  permissions = each.value.permissions

  depends_on = [google_project_service.required]
}

# The same for a folder or an organization: a folder owns no roles, and a project's cannot be granted elsewhere.
resource "google_organization_iam_custom_role" "function" {
  for_each = local.is_project ? {} : local.custom_roles

  org_id      = var.scope.organization
  role_id     = each.value.role_id
  title       = each.value.title
  description = "Just what the calls of this function need."
  permissions = each.value.permissions

  depends_on = [google_project_service.required]
}
