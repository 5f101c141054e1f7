# What a platform team decides. In alphabetical order.

variable "bigquery_datasets" {
  description = "Datasets, as `project.dataset`, whose models the functions may read and change. Null: all within `scope`."
  type        = set(string)
  default     = null

  validation {
    condition     = var.bigquery_datasets == null || length(coalesce(var.bigquery_datasets, [])) > 0
    error_message = "bigquery_datasets is empty: the functions could read no model. Null stands for all within scope."
  }
  validation {
    condition = alltrue([
      for name in coalesce(var.bigquery_datasets, []) : can(regex("^([a-z][a-z0-9.]*:)?[a-z][a-z0-9-]+\\.[A-Za-z0-9_]+$", name))
    ])
    error_message = "bigquery_datasets takes full names, such as \"analytics-prod.prod_sales\": the project, a dot, the dataset."
  }
}

variable "delivery" {
  description = "Cloud Build on a repository that holds this code (docs/deploy.md): `repository` as connected to Cloud Build, the `root` module in it with the `variables_file` of its values, the bucket of Terraform's state, and who may approve a rollout. Null: no triggers."
  type = object({
    repository     = string
    state_bucket   = string
    state_prefix   = optional(string, "bqml-registrar")
    branch         = optional(string, "^main$")
    root           = optional(string, "terraform/examples/project")
    variables_file = optional(string, "terraform.tfvars")
    approvers      = optional(set(string), [])
  })
  default = null

  validation {
    condition = var.delivery == null || can(regex(
      "^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", var.delivery.repository
    ))
    error_message = "delivery.repository is a repository as Cloud Build connects it (2nd generation): \"projects/ml-platform/locations/europe-west4/connections/github/repositories/bqml-registrar\"."
  }
  validation {
    condition     = var.delivery == null || can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.delivery.state_bucket))
    error_message = "delivery.state_bucket is the name of the bucket that `terraform init` was given, without \"gs://\"."
  }
  validation {
    condition     = var.delivery == null || can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.delivery.root))
    error_message = "delivery.root is the root module's folder, from the top of the repository and without a slash at either end: \"terraform/examples/project\"."
  }
  validation {
    condition = var.delivery == null || alltrue([
      for member in try(var.delivery.approvers, []) : can(regex("^(user|group):.+@.+$", member))
    ])
    error_message = "delivery.approvers are IAM members, people with their kind before them, such as \"group:ml-on-call@example.com\": a service account cannot have read the plan."
  }
}

variable "dry_run" {
  description = "Decide and announce everything with `dryrun=true`, and change nothing."
  type        = bool
  default     = false
}

variable "event_prefix" {
  description = "First words of the type of every event that is published."
  type        = string
  default     = "bqml.registrar"

  validation {
    condition     = can(regex("^[a-z0-9]+(\\.[a-z0-9-]+)*$", var.event_prefix))
    error_message = "event_prefix is lower-case words with dots between, such as \"bqml.registrar\"."
  }
}

variable "event_route" {
  description = "How changes of models reach `register_model`: `sink`, a Log Router sink that lets nothing else through, or `eventarc`, a trigger for each method, for one project."
  type        = string
  default     = "sink"

  validation {
    condition     = contains(["sink", "eventarc"], var.event_route)
    error_message = "event_route is \"sink\" or \"eventarc\"."
  }
}

variable "functions" {
  description = "What each function gets. `concurrency` deliveries at a time on an instance, each with a thread of its own."
  type = object({
    register_model = optional(object({
      memory          = optional(string, "256Mi")
      cpu             = optional(number, 1)
      concurrency     = optional(number, 16)
      timeout_seconds = optional(number, 540)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 10)
    }), {})
    cleanup_endpoints = optional(object({
      memory          = optional(string, "256Mi")
      cpu             = optional(number, 1)
      concurrency     = optional(number, 16)
      timeout_seconds = optional(number, 540)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 10)
    }), {})
    reconcile = optional(object({
      memory          = optional(string, "256Mi")
      cpu             = optional(number, 1)
      concurrency     = optional(number, 1)
      timeout_seconds = optional(number, 540)
      min_instances   = optional(number, 0)
      max_instances   = optional(number, 10)
    }), {})
  })
  default = {}

  validation {
    condition     = alltrue([for f in values(var.functions) : f.concurrency == 1 || f.cpu >= 1])
    error_message = "A function with a concurrency above 1 needs a whole cpu: set its cpu to 1 or more, or its concurrency to 1."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : f.timeout_seconds >= 120 && f.timeout_seconds <= 600])
    error_message = "A function's timeout_seconds is 120 to 600: Pub/Sub waits 600 s at most for an answer, then it delivers again."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : f.min_instances <= f.max_instances && f.max_instances >= 1])
    error_message = "A function's max_instances is at least 1 and at least its min_instances."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : can(regex("^[0-9]+(Mi|Gi)$", f.memory))])
    error_message = "A function's memory is a number with Mi or Gi, such as \"256Mi\"."
  }
}

variable "labels" {
  description = "Labels of everything that can have some."
  type        = map(string)
  default     = {}
}

variable "message_storage_regions" {
  description = "Regions in which Pub/Sub may keep messages. Null: `region` alone."
  type        = set(string)
  default     = null

  validation {
    condition     = var.message_storage_regions == null || length(coalesce(var.message_storage_regions, [])) > 0
    error_message = "message_storage_regions names at least one region; null stands for the functions' own."
  }
}

variable "notification_channels" {
  description = "Channels that alerts go to, as `projects/P/notificationChannels/N`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", name))])
    error_message = "notification_channels are full names: projects/P/notificationChannels/N (gcloud beta monitoring channels list)."
  }
}

variable "policy_asks_for_jobs" {
  description = "Lets the functions list jobs, anybody's (`bigquery.jobs.listAll`), to find the one that made a model. False takes that away: for a policy in which no rule asks for the creator, for labels of the job or for a template's `job.*`."
  type        = bool
  default     = true
}

variable "policy_file" {
  description = "Your label policy (docs/policy.md). Null: the policy.yaml that comes with the code."
  type        = string
  default     = null

  validation {
    condition     = var.policy_file == null || try(fileexists(var.policy_file), false)
    error_message = "policy_file is not there: its path is from the root module's folder, as in \"policy.yaml\"."
  }
  validation {
    condition     = var.policy_file == null || !try(fileexists(var.policy_file), false) || can(yamldecode(file(var.policy_file)))
    error_message = "policy_file is no YAML: docs/deploy.md (Your own policy) has a command that names the line."
  }
  validation {
    condition     = var.policy_file == null || !can(yamldecode(file(var.policy_file))) || try(yamldecode(file(var.policy_file)).version, null) == 1
    error_message = "policy_file does not say \"version: 1\": it is another document, or of another version of bqml-registrar."
  }
}

variable "project" {
  description = "The project that everything is made in. Its number is asked for so that a plan needs no call: `gcloud projects describe ID --format='value(projectNumber)'`."
  type = object({
    id     = string
    number = string
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project.id))
    error_message = "project.id is a project's id, such as \"ml-platform\": 6 to 30 lower-case letters, digits and hyphens."
  }
  validation {
    condition     = can(regex("^[0-9]+$", var.project.number))
    error_message = "project.number is digits only, such as \"123456789012\"."
  }
}

variable "readers" {
  description = "Who may pull dead letters and read the recorded events, as IAM members: `group:ml-on-call@example.com`. A query also takes `roles/bigquery.jobUser` in some project."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for m in var.readers : !contains(["allUsers", "allAuthenticatedUsers"], m) && can(regex("^[a-zA-Z]+:.+", m))])
    error_message = "readers are IAM members such as \"group:ml-on-call@example.com\", never allUsers."
  }
}

variable "reconcile" {
  description = "The sweep: when, in unix-cron, and of which projects (empty: that of `scope.project`). Of a model that no event told of it looks for the job that made it, if the model is at most `origin_days` old."
  type = object({
    schedule    = optional(string, "17 * * * *")
    time_zone   = optional(string, "Etc/UTC")
    projects    = optional(set(string), [])
    origin_days = optional(number, 7)
  })
  default = {}

  validation {
    condition     = can(regex("^([0-9A-Z*,/-]+ ){4}[0-9A-Z*,/-]+$", var.reconcile.schedule))
    error_message = "reconcile.schedule has five fields of unix-cron, such as \"17 * * * *\"."
  }
  validation {
    condition     = alltrue([for id in var.reconcile.projects : can(regex("^[a-z][a-z0-9:.-]*[a-z0-9]$", id))])
    error_message = "reconcile.projects are ids of projects, not numbers and not names of datasets."
  }
  validation {
    condition     = var.reconcile.origin_days >= 0 && var.reconcile.origin_days <= 180 && floor(var.reconcile.origin_days) == var.reconcile.origin_days
    error_message = "reconcile.origin_days is a whole number from 0 to 180: BigQuery knows jobs of the last 180 days."
  }
}

variable "recorder" {
  description = "The table that keeps every event: days that a partition is kept, and BigQuery's location (null: `region`)."
  type = object({
    days     = optional(number, 400)
    location = optional(string)
  })
  default = {}

  validation {
    condition     = var.recorder.days >= 1
    error_message = "recorder.days is 1 or more."
  }
}

variable "region" {
  description = "Region of the functions, their images and the scheduler, such as `europe-west4`."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is one region, such as \"europe-west4\"; a multi-region such as \"EU\" has no functions."
  }
}

variable "runtime" {
  description = "Runtime of the functions. The tests ran on python311 and python313; others are untested."
  type        = string
  default     = "python313"

  validation {
    condition     = can(regex("^python3(1[1-9]|[2-9][0-9])$", var.runtime))
    error_message = "runtime is python311 or newer: the code needs Python 3.11."
  }
}

variable "scope" {
  description = "Whose BigQuery is watched: one `project`; or an `organization` (its number); or a `folder` (its number) of the organization named with it. Below the last two, all projects."
  type = object({
    project      = optional(string)
    folder       = optional(string)
    organization = optional(string)
  })

  validation {
    condition     = (var.scope.project != null) != (var.scope.organization != null)
    error_message = "scope names a project, or an organization: { project = \"analytics-prod\" } or { organization = \"123456789012\" }."
  }
  validation {
    condition     = var.scope.folder == null || (var.scope.organization != null && var.scope.project == null)
    error_message = "A folder cannot own roles: name its organization too, as in { folder = \"345678901234\", organization = \"123456789012\" }."
  }
  validation {
    condition = alltrue([
      for number in compact([var.scope.folder, var.scope.organization]) : can(regex("^[0-9]+$", number))
    ])
    error_message = "scope.folder and scope.organization are numbers without \"folders/\" or \"organizations/\" before them."
  }
}

variable "settle_seconds" {
  description = "Seconds that an apply waits until new grants hold, before it builds the functions and subscribes a table. 0: not at all."
  type        = number
  default     = 90

  validation {
    condition     = var.settle_seconds >= 0 && var.settle_seconds <= 600 && floor(var.settle_seconds) == var.settle_seconds
    error_message = "settle_seconds is a whole number from 0 to 600."
  }
}

variable "store" {
  description = "The two Firestore databases of what the functions remember: where they are (null: `region`; no change later), their ids (no change later), whether any minute of the last seven days can be read again, and for how many days a daily backup of the registry's is kept (null: no backups)."
  type = object({
    location               = optional(string)
    registry_database      = optional(string, "bqml-registry")
    cleanup_database       = optional(string, "bqml-cleanup")
    point_in_time_recovery = optional(bool, false)
    backup_days            = optional(number)
  })
  default = {}

  validation {
    condition     = var.store.location == null || can(regex("^([a-z]+-[a-z]+[0-9]+|(nam|eur)[0-9])$", var.store.location))
    error_message = "store.location is a region, such as \"europe-west4\", or one of Firestore's own multi-regions, such as \"eur3\" or \"nam5\": \"EU\" and \"US\" are BigQuery's."
  }
  validation {
    condition = alltrue([
      for id in [var.store.registry_database, var.store.cleanup_database] : can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", id))
    ])
    error_message = "store.registry_database and store.cleanup_database are 4 to 63 lower-case letters, digits and hyphens, with a letter first and no hyphen last."
  }
  validation {
    condition = !anytrue([
      for id in [var.store.registry_database, var.store.cleanup_database] : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))
    ])
    error_message = "store.registry_database and store.cleanup_database do not look like a UUID: Firestore takes no such id."
  }
  validation {
    condition     = var.store.registry_database != var.store.cleanup_database
    error_message = "store.registry_database and store.cleanup_database are two: access is granted per database, and what a function may do in one says nothing about the other."
  }
  validation {
    condition     = var.store.backup_days == null || try(var.store.backup_days >= 1 && var.store.backup_days <= 98 && floor(var.store.backup_days) == var.store.backup_days, false)
    error_message = "store.backup_days is a whole number from 1 to 98: Firestore keeps a backup for 14 weeks at most."
  }
}

variable "suffix" {
  description = "Goes onto the ids of custom roles and the names of sinks: tells two rollouts below one organization apart, and helps out where a destroyed role still holds its id (for up to 37 days)."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[a-z0-9]{0,12}$", var.suffix))
    error_message = "suffix is up to 12 lower-case letters and digits, such as \"dev\"."
  }
}
