# Which file of the repository lies where in each function's archive. No provider: a plan, a test and
# a person can ask it alike.

terraform {
  required_version = ">= 1.7"
}

locals {
  # Of the package in `shared/` each function gets what its main.py imports, directly or not: written by `make generate`.
  shared  = jsondecode(file("${path.module}/shared.json"))
  schemas = fileset(var.repository, "schemas/*")

  files = {
    for function, shared in local.shared : function => merge(
      {
        "main.py"          = "${var.repository}/functions/${function}/main.py"
        "requirements.txt" = "${var.repository}/requirements.txt"
        "policy.yaml"      = coalesce(var.policy_file, "${var.repository}/policy.yaml")
      },
      { for path in concat(tolist(local.schemas), shared) : trimprefix(path, "shared/") => "${var.repository}/${path}" },
    )
  }
}
