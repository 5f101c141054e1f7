# Cloud Build's two triggers and the accounts of their builds. How little those may: tests/terraform/grants.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "europe-west4"
  scope          = { project = "ml-platform" }
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
      values(google_project_iam_member.approvers),
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
      && contains(trigger.included_files, "shared/**") && contains(trigger.included_files, "terraform/examples/project/**")
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
    condition     = [for grant in google_project_iam_member.approvers : [grant.role, grant.member]] == [["roles/cloudbuild.builds.approver", "group:ml-on-call@example.com"], ["roles/logging.viewer", "group:ml-on-call@example.com"]]
    error_message = "Nobody may approve and read the plan, or somebody else."
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

run "a_repository_that_is_connected_elsewhere_is_refused" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/other-project/locations/europe-west1/connections/github/repositories/bqml-registrar"
      state_bucket = "ml-platform-terraform-state"
    }
  }

  expect_failures = [google_cloudbuild_trigger.plan]
}

run "a_root_of_ones_own_is_rolled_out_when_it_changes" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/ml-platform/locations/europe-west1/connections/github/repositories/bqml-registrar"
      state_bucket = "ml-platform-terraform-state"
      root         = "deploy/prod"
    }
  }

  assert {
    condition = alltrue([
      for trigger in [google_cloudbuild_trigger.plan[0], google_cloudbuild_trigger.apply[0]] : contains(trigger.included_files, "deploy/prod/**")
    ])
    error_message = "A change of the values alone starts no build."
  }
}
