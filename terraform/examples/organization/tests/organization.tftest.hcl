mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  project       = { id = "ml-platform", number = "123456789012" }
  organization  = "345678901234"
  data_projects = ["analytics-prod"]
}

run "a_person_gets_commands_to_paste" {
  command = plan

  assert {
    condition     = output.sweep_now == "gcloud pubsub topics publish bqml-reconcile --project=ml-platform --message='{}'"
    error_message = "The command is another: ${output.sweep_now}"
  }
}

run "a_slip_in_a_key_of_delivery" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/ml-platform/locations/us-central1/connections/c/repositories/r"
      state_bucket = "state"
      aprovers     = ["group:ml-on-call@example.com"]
    }
  }

  expect_failures = [var.delivery]
}
