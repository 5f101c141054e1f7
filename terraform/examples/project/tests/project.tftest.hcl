mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  project = { id = "analytics-dev", number = "123456789012" }
  readers = ["group:ml-on-call@example.com"]
}

run "a_person_gets_commands_to_paste" {
  command = plan

  assert {
    condition     = output.sweep_now == "gcloud pubsub topics publish bqml-reconcile --project=analytics-dev --message='{}'"
    error_message = "The command is another: ${output.sweep_now}"
  }
  assert {
    condition     = length(split("\n", output.see_dead_letters)) == 3 && strcontains(output.watch_events, "analytics-dev.bqml_registrar.events")
    error_message = "A command names something else."
  }
}

run "a_teams_subscription_has_its_filter" {
  command = plan

  assert {
    condition     = module.prod_sales.filter == "hasPrefix(attributes.ce-type, \"bqml.registrar.model.\") AND attributes.ce-dataset = \"prod_sales\" AND attributes.ce-dryrun = \"false\""
    error_message = "The filter is ${module.prod_sales.filter}."
  }
}

run "a_slip_in_a_key_of_delivery" {
  command = plan

  variables {
    delivery = {
      repository   = "projects/analytics-dev/locations/us-central1/connections/c/repositories/r"
      state_bucket = "state"
      aprovers     = ["group:ml-on-call@example.com"]
    }
  }

  expect_failures = [var.delivery]
}
