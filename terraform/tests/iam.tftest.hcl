# Who may do what, for one project. Every grant, line by line: tests/terraform/grants.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
  readers        = ["group:ml-on-call@example.com"]
}

run "a_function_may_call_bigquery_and_vertex_ai_alone" {
  assert {
    condition = alltrue(flatten([
      for role in google_project_iam_custom_role.function : [
        for permission in role.permissions : can(regex("^(aiplatform|bigquery)\\.[a-zA-Z]+\\.[a-zA-Z]+$", permission))
      ]
    ]))
    error_message = "A function may do more than BigQuery and Vertex AI."
  }
  assert {
    condition = length(toset([
      for account in concat(values(google_service_account.function), [google_service_account.invoker, google_service_account.build]) : account.account_id
    ])) == 5
    error_message = "Two identities are one."
  }
  assert {
    condition = alltrue([
      for grant in concat(values(google_pubsub_subscription_iam_member.readers), values(google_bigquery_table_iam_member.readers)) :
      grant.member == "group:ml-on-call@example.com"
    ]) && length(google_pubsub_subscription_iam_member.readers) == 3
    error_message = "Others than the readers may read."
  }
}

run "a_policy_that_asks_for_no_job_lets_nobody_list_jobs" {
  command = plan

  variables {
    policy_asks_for_jobs = false
  }

  assert {
    condition = !anytrue([
      for role in google_project_iam_custom_role.function : contains(role.permissions, "bigquery.jobs.listAll")
    ]) && contains(google_project_iam_custom_role.function["register_model/project"].permissions, "bigquery.jobs.get")
    error_message = "A function may list jobs, or no longer read the one that an event names."
  }
}

run "a_build_reads_its_source_alone" {
  assert {
    condition = (
      google_storage_bucket_iam_member.build.bucket == google_storage_bucket.source.name
      && google_project_iam_member.build_source.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-123456789012-\")"
    )
    error_message = "A build may read other buckets."
  }
}

run "single_datasets_are_granted_one_by_one" {
  variables {
    bigquery_datasets = ["ml-platform.prod_sales", "ml-platform.prod_ads"]
  }

  assert {
    condition = toset([
      for grant in google_bigquery_dataset_iam_member.function : "${grant.project} ${grant.dataset_id}"
    ]) == toset(["ml-platform prod_sales", "ml-platform prod_ads"]) && length(google_bigquery_dataset_iam_member.function) == 6
    error_message = "The datasets are not granted one by one to each function."
  }
  assert {
    condition     = alltrue([for key in keys(google_project_iam_member.function) : endswith(key, "/project")]) && length(google_project_iam_member.function) == 3
    error_message = "Models are readable beyond the datasets."
  }
}
