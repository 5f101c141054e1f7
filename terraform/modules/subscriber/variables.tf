variable "ack_deadline_seconds" {
  description = "Seconds that the subscriber has before a message comes again."
  type        = number
  default     = 60

  validation {
    condition     = var.ack_deadline_seconds >= 10 && var.ack_deadline_seconds <= 600
    error_message = "ack_deadline_seconds is 10 to 600."
  }
}

variable "bigquery" {
  description = "The table that messages are written to, with their metadata; it exists, in the same project."
  type = object({
    dataset = string
    table   = string
  })
  default = null
}

variable "event_prefix" {
  description = "The rollout's `event_prefix`."
  type        = string
  default     = "bqml.registrar"
}

variable "filter" {
  description = "What comes in: types (`model.v1.registered`, or a group such as `deletion.`) and values of the events' attributes. All that is given must be so. It cannot be changed later: the subscription is made anew."
  type = object({
    types          = optional(set(string), [])
    dataset        = optional(string)
    dry_run        = optional(bool)
    model          = optional(string)
    project        = optional(string)
    reason         = optional(string)
    region         = optional(string)
    rule           = optional(string)
    vertex_model   = optional(string)
    vertex_version = optional(string)
  })
  default = {}

  validation {
    condition = alltrue([
      for type in var.filter.types : can(regex("^(model|alias|deployment|deletion|reconcile|test)\\.(v1\\.[a-z]+)?$", type))
    ])
    error_message = "filter.types are such as \"model.v1.registered\" or, for a group, \"model.\": without the prefix. docs/events.md lists them."
  }
  validation {
    condition = alltrue([
      for value in values(var.filter) : try(!strcontains(value, "\""), true)
    ])
    error_message = "A value of filter has no quotation marks."
  }
}

variable "labels" {
  description = "Labels of topic and subscriptions."
  type        = map(string)
  default     = {}
}

variable "max_delivery_attempts" {
  description = "After as many a message becomes a dead letter."
  type        = number
  default     = 100

  validation {
    condition     = var.max_delivery_attempts >= 5 && var.max_delivery_attempts <= 100
    error_message = "max_delivery_attempts is 5 to 100."
  }
}

variable "message_storage_regions" {
  description = "Regions in which Pub/Sub may keep the dead letters. Empty: any."
  type        = list(string)
  default     = []
}

variable "name" {
  description = "Name of the subscription."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9._~+%-]{2,240}$", var.name)) && !startswith(var.name, "goog")
    error_message = "name is a subscription's: a letter, then letters, digits and . _ ~ + % -, and not \"goog...\"."
  }
}

variable "ordered" {
  description = "Deliver the events of one model in the order in which they were published."
  type        = bool
  default     = false
}

variable "project" {
  description = "The project of the subscription, its number for the name of Pub/Sub's own account."
  type = object({
    id     = string
    number = string
  })
}

variable "push" {
  description = "Where messages are pushed to, as whom."
  type = object({
    endpoint              = string
    service_account_email = string
    audience              = optional(string)
  })
  default = null

  validation {
    condition     = var.push == null || startswith(try(var.push.endpoint, ""), "https://")
    error_message = "push.endpoint begins with https://."
  }
}

variable "readers" {
  description = "Who may pull the dead letters, as IAM members."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for m in var.readers : !contains(["allUsers", "allAuthenticatedUsers"], m) && can(regex("^[a-zA-Z]+:.+", m))])
    error_message = "readers are IAM members such as \"group:ml-on-call@example.com\", never allUsers."
  }
}

variable "settle_seconds" {
  description = "Seconds that an apply waits until the grant on the table holds. 0: not at all."
  type        = number
  default     = 90

  validation {
    condition     = var.settle_seconds >= 0 && var.settle_seconds <= 600 && floor(var.settle_seconds) == var.settle_seconds
    error_message = "settle_seconds is a whole number from 0 to 600."
  }
}

variable "subscribers" {
  description = "Who may pull, as IAM members, the dead letters too."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for m in var.subscribers : !contains(["allUsers", "allAuthenticatedUsers"], m) && can(regex("^[a-zA-Z]+:.+", m))])
    error_message = "subscribers are IAM members such as \"serviceAccount:churn@analytics.iam.gserviceaccount.com\", never allUsers."
  }
}

variable "topic" {
  description = "The topic of registry events, the rollout's output `events_topic`."
  type        = string
}
