# One project: its models are registered, and everything that does so lives in it.

terraform {
  required_version = ">= 1.7"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.8"
    }
  }

  # Bucket and prefix come with `terraform init -backend-config=...`: README.md.
  backend "gcs" {}
}

provider "google" {
  project = var.project.id
  region  = var.region
}

module "bqml_registrar" {
  source = "../.."

  project               = var.project
  region                = var.region
  scope                 = { project = var.project.id }
  policy_file           = var.policy_file
  dry_run               = var.dry_run
  readers               = var.readers
  notification_channels = var.notification_channels
  delivery              = var.delivery
}

# A team's own subscription: what really became of the models of prod_sales, without dry runs.
module "prod_sales" {
  source = "../../modules/subscriber"

  project     = var.project
  name        = "prod-sales-models"
  topic       = module.bqml_registrar.events_topic
  subscribers = var.readers

  filter = {
    types   = ["model."]
    dataset = "prod_sales"
    dry_run = false
  }
}
