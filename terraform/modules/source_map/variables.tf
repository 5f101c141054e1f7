variable "policy_file" {
  description = "A label policy in the place of the repository's own."
  type        = string
  default     = null
}

variable "repository" {
  description = "Path of the repository."
  type        = string
}
