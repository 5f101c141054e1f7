# Cloud Build's two triggers, the accounts of their builds, and how little those may.

mock_provider "google" {
  source = "./tests/mocks"
}

# The archives themselves: archives.tftest.hcl. Three hundred files in each run would take their time.
override_module {
  target = module.source_map
  outputs = {
    files = {
      register_model    = { "main.py" = "../functions/register_model/main.py" }
      cleanup_endpoints = { "main.py" = "../functions/cleanup_endpoints/main.py" }
      reconcile         = { "main.py" = "../functions/reconcile/main.py" }
    }
    digests = { register_model = "0123456789abcdef", cleanup_endpoints = "123456789abcdef0", reconcile = "23456789abcdef01" }
  }
}

variables {
  project = { id = "ml-platform", number = "123456789012" }
  region  = "europe-west4"
  scope   = { project = "ml-platform" }
  delivery = {
    repository   = "projects/ml-platform/locations/europe-west1/connections/github/repositories/bqml-registrar"
    state_bucket = "ml-platform-terraform-state"
    approvers    = ["group:ml-on-call@example.com"]
  }
}

run "without_it_nothing_is_made" {
  command = plan

  variables {
    delivery = null
  }

  assert {
    condition = length(concat(
      google_cloudbuild_trigger.plan, google_cloudbuild_trigger.apply, google_storage_bucket.plans,
      values(google_service_account.delivery), values(google_project_iam_member.delivery),
      values(google_storage_bucket_iam_member.delivery), values(google_bigquery_dataset_iam_member.delivery),
      values(google_artifact_registry_repository_iam_member.delivery), values(google_service_account_iam_member.deployer_acts_as),
      values(google_service_account_iam_member.deployer_changes), values(google_project_iam_member.approvers),
    )) == 0
    error_message = "Something of the delivery is there without `delivery`."
  }
}

run "one_push_is_planned_at_once_and_applied_after_an_approval" {
  command = plan

  assert {
    condition     = google_cloudbuild_trigger.apply[0].approval_config[0].approval_required
    error_message = "A rollout waits for nobody."
  }
  assert {
    condition     = google_cloudbuild_trigger.plan[0].approval_config[*].approval_required != [true]
    error_message = "A plan waits for an approval, which nobody can give before having read it."
  }
  assert {
    condition = (
      google_cloudbuild_trigger.plan[0].filename == "cloudbuild.yaml"
      && google_cloudbuild_trigger.apply[0].filename == "cloudbuild.apply.yaml"
    )
    error_message = "A trigger runs another file."
  }
  assert {
    condition = alltrue([
      for trigger in [google_cloudbuild_trigger.plan[0], google_cloudbuild_trigger.apply[0]] :
      trigger.repository_event_config[0].push[0].branch == "^main$"
      && trigger.location == "europe-west1"
      && trigger.included_files == tolist(local.delivery_files)
      && trigger.substitutions == tomap({
        _ARTIFACTS    = "ml-platform-bqml-registrar-plans"
        _ROOT         = "terraform/examples/project"
        _STATE_BUCKET = "ml-platform-terraform-state"
        _STATE_PREFIX = "bqml-registrar"
        _VARIABLES    = "terraform.tfvars"
      })
    ])
    error_message = "The two builds are not of one push, or not where the repository is, or not of one root."
  }
  assert {
    condition = { for key, account in google_service_account.delivery : key => account.account_id } == {
      planner  = "bqml-planner"
      deployer = "bqml-deployer"
    }
    error_message = "cloudbuild.yaml and cloudbuild.apply.yaml name other accounts."
  }
  assert {
    condition = (
      google_storage_bucket.plans[0].force_destroy
      && google_storage_bucket.plans[0].public_access_prevention == "enforced"
      && [for condition in google_storage_bucket.plans[0].lifecycle_rule[0].condition : condition.age] == [30]
    )
    error_message = "Saved plans outlive a destroy, or their month, or can be made public."
  }
  assert {
    condition     = [for grant in google_project_iam_member.approvers : [grant.role, grant.member]] == [["roles/cloudbuild.builds.approver", "group:ml-on-call@example.com"]]
    error_message = "Nobody may approve, or somebody else."
  }
}

run "the_planner_changes_nothing" {
  command = plan

  assert {
    condition = alltrue([
      for key, grant in google_project_iam_member.delivery :
      can(regex("([vV]iewer|securityReviewer|logWriter)$", grant.role)) if startswith(key, "planner ")
    ])
    error_message = "The planner may change something in the project."
  }
  assert {
    condition = alltrue([
      for key, grant in google_storage_bucket_iam_member.delivery :
      contains(["roles/storage.objectViewer", "roles/storage.legacyBucketReader"], grant.role)
      || (grant.bucket == "ml-platform-bqml-registrar-plans" && grant.role == "roles/storage.objectCreator") if startswith(key, "planner ")
    ])
    error_message = "The planner may write over a plan, an archive or the state."
  }
  assert {
    condition = alltrue([
      for grant in concat(values(google_project_iam_member.delivery), values(google_storage_bucket_iam_member.delivery)) :
      !contains(["roles/owner", "roles/editor", "roles/viewer"], grant.role)
    ])
    error_message = "A primitive role is granted."
  }
}

run "the_deployer_grants_what_the_rollout_grants_and_nothing_to_itself" {
  command = plan

  assert {
    condition = alltrue([
      for key, grant in google_project_iam_member.delivery :
      (grant.role == "roles/resourcemanager.projectIamAdmin") == (length(grant.condition) == 1)
    ])
    error_message = "The deployer could grant itself every role."
  }
  assert {
    condition     = length(local.grantable) <= 10 && length(setintersection(local.grantable, [for grant in local.delivery_grants : grant.role if grant.role != "roles/logging.logWriter"])) == 0
    error_message = "The condition has more roles than one takes, or lets the deployer have more."
  }
  assert {
    condition     = strcontains(google_project_iam_member.delivery["deployer projects/ml-platform roles/resourcemanager.projectIamAdmin"].condition[0].expression, "'projects/ml-platform/roles/bqmlRegistrarData'")
    error_message = "The deployer may not grant a function its role."
  }
}

run "another_project_is_watched" {
  command = plan

  variables {
    scope = { project = "analytics-prod" }
  }

  assert {
    condition = toset([for key, grant in google_project_iam_member.delivery : key if grant.project == "analytics-prod"]) == toset([
      "deployer projects/analytics-prod roles/iam.roleAdmin",
      "deployer projects/analytics-prod roles/logging.configWriter",
      "deployer projects/analytics-prod roles/resourcemanager.projectIamAdmin",
      "planner projects/analytics-prod roles/iam.roleViewer",
      "planner projects/analytics-prod roles/iam.securityReviewer",
      "planner projects/analytics-prod roles/logging.viewer",
    ])
    error_message = "The two accounts have other roles where models are watched."
  }
}

run "a_folder_is_watched" {
  command = plan

  variables {
    scope     = { folder = "345678901234", organization = "234567890123" }
    reconcile = { projects = ["analytics-prod"] }
  }

  assert {
    condition = toset(concat(keys(google_folder_iam_member.delivery), keys(google_organization_iam_member.delivery))) == toset([
      "deployer folders/345678901234 roles/logging.configWriter",
      "deployer folders/345678901234 roles/resourcemanager.folderIamAdmin",
      "deployer organizations/234567890123 roles/iam.organizationRoleAdmin",
      "planner folders/345678901234 roles/iam.securityReviewer",
      "planner folders/345678901234 roles/logging.viewer",
      "planner organizations/234567890123 roles/iam.organizationRoleViewer",
    ])
    error_message = "The two accounts have other roles on the folder, or on its organization."
  }
  assert {
    condition     = length(google_folder_iam_member.delivery["deployer folders/345678901234 roles/resourcemanager.folderIamAdmin"].condition) == 1
    error_message = "The deployer could grant itself every role on the folder."
  }
}

run "an_organization_is_watched" {
  command = plan

  variables {
    scope     = { organization = "234567890123" }
    reconcile = { projects = ["analytics-prod"] }
  }

  assert {
    condition = toset(keys(google_organization_iam_member.delivery)) == toset([
      "deployer organizations/234567890123 roles/iam.organizationRoleAdmin",
      "deployer organizations/234567890123 roles/logging.configWriter",
      "deployer organizations/234567890123 roles/resourcemanager.organizationAdmin",
      "planner organizations/234567890123 roles/iam.organizationRoleViewer",
      "planner organizations/234567890123 roles/iam.securityReviewer",
      "planner organizations/234567890123 roles/logging.viewer",
    ])
    error_message = "The two accounts have other roles on the organization."
  }
  assert {
    condition     = strcontains(google_organization_iam_member.delivery["deployer organizations/234567890123 roles/resourcemanager.organizationAdmin"].condition[0].expression, "'organizations/234567890123/roles/bqmlCleanerData'")
    error_message = "The deployer could grant itself every role on the organization, or none to a function."
  }
}

run "single_datasets_are_watched" {
  command = plan

  variables {
    bigquery_datasets = ["analytics-prod.prod_sales"]
  }

  assert {
    condition = toset(keys(google_bigquery_dataset_iam_member.delivery)) == toset([
      "deployer roles/bigquery.dataOwner analytics-prod.prod_sales",
      "deployer roles/bigquery.dataOwner ml-platform.bqml_registrar",
      "planner roles/bigquery.metadataViewer analytics-prod.prod_sales",
      "planner roles/bigquery.metadataViewer ml-platform.bqml_registrar",
    ])
    error_message = "The two accounts have other roles on datasets."
  }
}

run "a_repository_of_the_first_generation_is_refused" {
  command = plan

  variables {
    delivery = { repository = "example/bqml-registrar", state_bucket = "ml-platform-terraform-state" }
  }

  expect_failures = [var.delivery]
}

run "a_state_bucket_with_its_scheme_is_refused" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/ml-platform/locations/europe-west1/connections/github/repositories/bqml-registrar"
      state_bucket = "gs://ml-platform-terraform-state"
    }
  }

  expect_failures = [var.delivery]
}

run "a_root_with_a_slash_at_its_end_is_refused" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/ml-platform/locations/europe-west1/connections/github/repositories/bqml-registrar"
      state_bucket = "ml-platform-terraform-state"
      root         = "terraform/examples/project/"
    }
  }

  expect_failures = [var.delivery]
}

run "an_approver_that_is_no_person_is_refused" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/ml-platform/locations/europe-west1/connections/github/repositories/bqml-registrar"
      state_bucket = "ml-platform-terraform-state"
      approvers    = ["serviceAccount:bot@ml-platform.iam.gserviceaccount.com"]
    }
  }

  expect_failures = [var.delivery]
}
