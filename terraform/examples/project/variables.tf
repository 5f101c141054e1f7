variable "delivery" {
  description = "[Cloud Build](../../../docs/deploy.md#rollout-by-cloud-build). Null: you apply by hand."
  type        = any
  default     = null

  validation {
    condition = var.delivery == null || length(setsubtract(
      try(keys(var.delivery), []), ["approvers", "branch", "repository", "root", "state_bucket", "state_prefix", "variables_file"]
    )) == 0
    error_message = "delivery has a key that is none: it takes repository, state_bucket, state_prefix, branch, root, variables_file and approvers."
  }
}

variable "dry_run" {
  description = "Decide and announce everything, and change nothing."
  type        = bool
  default     = false
}

variable "notification_channels" {
  description = "Channels that alerts go to, as `projects/P/notificationChannels/N`. Without one nobody is told."
  type        = list(string)
  default     = []
}

variable "policy_file" {
  description = "Your label policy, such as `policy.yaml` beside this file. Null: the one that ships."
  type        = string
  default     = null
}

variable "project" {
  description = "The project's id and number: `gcloud projects describe ID --format='value(projectNumber)'`."
  type = object({
    id     = string
    number = string
  })
}

variable "readers" {
  description = "Who may pull dead letters and see the recorded events, as IAM members."
  type        = set(string)
  default     = []
}

variable "region" {
  description = "Region of the functions."
  type        = string
  default     = "us-central1"
}
