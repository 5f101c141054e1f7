# A team's subscription. That its filters select what they say: tests/terraform/test_subscriber.py.

mock_provider "google" {}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  name           = "churn-models"
  topic          = "projects/ml-platform/topics/bqml-registry-events"
}

run "pulled_by_the_subscribers_alone" {
  variables {
    subscribers = ["serviceAccount:churn@analytics.iam.gserviceaccount.com"]
    readers     = ["group:ml-on-call@example.com"]
    filter      = { types = ["model.v1.registered", "deletion."], dataset = "prod_sales", dry_run = false }
  }

  assert {
    condition     = output.filter == "(hasPrefix(attributes.ce-type, \"bqml.registrar.deletion.\") OR attributes.ce-type = \"bqml.registrar.model.v1.registered\") AND attributes.ce-dataset = \"prod_sales\" AND attributes.ce-dryrun = \"false\""
    error_message = "The filter is ${output.filter}."
  }
  assert {
    condition     = google_pubsub_subscription.subscriber.filter == output.filter
    error_message = "The subscription has another filter than the output says."
  }
  assert {
    condition     = [for grant in google_pubsub_subscription_iam_member.subscribers : "${grant.subscription} ${grant.role} ${grant.member}"] == ["churn-models roles/pubsub.subscriber serviceAccount:churn@analytics.iam.gserviceaccount.com"]
    error_message = "Others may pull."
  }
  assert {
    condition     = length(google_pubsub_subscription_iam_member.dead_letter_readers) == 2 && length(google_bigquery_table_iam_member.pubsub) == 0
    error_message = "The dead letters are for others, or a table is granted without need."
  }
}

run "what_cannot_be_delivered_is_kept" {
  assert {
    condition = (
      google_pubsub_subscription.subscriber.dead_letter_policy[0].dead_letter_topic == "projects/ml-platform/topics/churn-models-dead-letters"
      && google_pubsub_subscription.dead_letters.topic == "projects/ml-platform/topics/churn-models-dead-letters"
      && google_pubsub_topic.dead_letters.name == "churn-models-dead-letters"
    )
    error_message = "There are no dead letters, or nothing keeps them."
  }
  assert {
    condition = (
      google_pubsub_topic_iam_member.dead_lettering.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
      && google_pubsub_topic_iam_member.dead_lettering.role == "roles/pubsub.publisher"
      && google_pubsub_subscription_iam_member.dead_lettering.role == "roles/pubsub.subscriber"
    )
    error_message = "Pub/Sub may not move what cannot be delivered."
  }
  assert {
    condition     = output.filter == "" && google_pubsub_subscription.subscriber.filter == null
    error_message = "Without a filter something is left out."
  }
}

run "pushed_with_an_identity" {
  variables {
    push = {
      endpoint              = "https://churn-abc-uc.a.run.app/events"
      service_account_email = "push@analytics.iam.gserviceaccount.com"
    }
    subscribers = ["group:nobody-pulls-here@example.com"]
  }

  assert {
    condition = (
      google_pubsub_subscription.subscriber.push_config[0].push_endpoint == "https://churn-abc-uc.a.run.app/events"
      && google_pubsub_subscription.subscriber.push_config[0].oidc_token[0].audience == "https://churn-abc-uc.a.run.app/events"
      && length(google_pubsub_subscription_iam_member.subscribers) == 0
    )
    error_message = "It is pushed elsewhere, or can be pulled too."
  }
}

run "written_to_a_table_with_its_metadata" {
  variables {
    bigquery = { dataset = "bqml_registrar", table = "events" }
  }

  assert {
    condition = (
      google_pubsub_subscription.subscriber.bigquery_config[0].table == "ml-platform.bqml_registrar.events"
      && google_pubsub_subscription.subscriber.bigquery_config[0].write_metadata
      && google_bigquery_table_iam_member.pubsub[0].role == "roles/bigquery.dataEditor"
      && google_bigquery_table_iam_member.pubsub[0].table_id == "events"
    )
    error_message = "Events reach the table without their attributes, or not at all."
  }
}

run "a_filter_that_is_too_long" {
  command = plan
  variables {
    filter = { types = ["model.v1.registered", "model.v1.rejected", "model.v1.failed", "model.v1.replaced", "model.v1.deleted"] }
  }
  expect_failures = [google_pubsub_subscription.subscriber]
}

run "pushed_and_written" {
  command = plan
  variables {
    push     = { endpoint = "https://churn-abc-uc.a.run.app", service_account_email = "push@analytics.iam.gserviceaccount.com" }
    bigquery = { dataset = "bqml_registrar", table = "events" }
  }
  expect_failures = [google_pubsub_subscription.subscriber]
}

run "a_type_with_its_prefix" {
  command = plan
  variables {
    filter = { types = ["bqml.registrar.model.v1.registered"] }
  }
  expect_failures = [var.filter]
}

run "a_quotation_mark_in_a_value" {
  command = plan
  variables {
    filter = { dataset = "x\" OR attributes.ce-dataset = \"y" }
  }
  expect_failures = [var.filter]
}

run "a_push_without_tls" {
  command = plan
  variables {
    push = { endpoint = "http://churn.example.com", service_account_email = "push@analytics.iam.gserviceaccount.com" }
  }
  expect_failures = [var.push]
}

run "everybody_as_a_subscriber" {
  command = plan
  variables {
    subscribers = ["allAuthenticatedUsers"]
  }
  expect_failures = [var.subscribers]
}

run "a_name_that_google_keeps_for_itself" {
  command = plan
  variables {
    name = "goog-churn"
  }
  expect_failures = [var.name]
}

run "fewer_attempts_than_pubsub_takes" {
  command = plan
  variables {
    max_delivery_attempts = 3
  }
  expect_failures = [var.max_delivery_attempts]
}

run "a_deadline_that_is_too_long" {
  command = plan
  variables {
    ack_deadline_seconds = 900
  }
  expect_failures = [var.ack_deadline_seconds]
}

run "everybody_as_a_reader_of_dead_letters" {
  command = plan
  variables {
    readers = ["allUsers"]
  }
  expect_failures = [var.readers]
}

run "a_wait_that_is_no_time" {
  command = plan
  variables {
    settle_seconds = 601
  }
  expect_failures = [var.settle_seconds]
}

run "a_slip_in_a_type" {
  command = plan
  variables {
    filter = { types = ["model.v1.registred"] }
  }
  expect_failures = [google_pubsub_subscription.subscriber]
}
