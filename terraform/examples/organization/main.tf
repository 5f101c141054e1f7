# A whole organization, or a folder of it: one project registers the models of all others.

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
  scope                 = { organization = var.organization, folder = var.folder }
  reconcile             = { projects = var.data_projects }
  policy_file           = var.policy_file
  dry_run               = var.dry_run
  readers               = var.readers
  notification_channels = var.notification_channels
  delivery              = var.delivery
  suffix                = var.suffix
}
