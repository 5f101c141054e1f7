variable "data_projects" {
  description = "Projects with models, for the sweep."
  type        = set(string)
}

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
  description = "Decide and announce everything, and change nothing. True by default: look at what would happen first."
  type        = bool
  default     = true
}

variable "folder" {
  description = "Number of the one folder to watch. Null: the whole organization."
  type        = string
  default     = null
}

variable "notification_channels" {
  description = "Channels that alerts go to, as `projects/P/notificationChannels/N`. Without one nobody is told."
  type        = list(string)
  default     = []
}

variable "organization" {
  description = "The organization's number."
  type        = string
}

variable "policy_file" {
  description = "Your label policy, such as `policy.yaml` beside this file. Null: the one that ships."
  type        = string
  default     = null
}

variable "project" {
  description = "The project that everything is made in, its id and number."
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

variable "suffix" {
  description = "Tells two rollouts below one organization apart, such as `dev`."
  type        = string
  default     = ""
}
