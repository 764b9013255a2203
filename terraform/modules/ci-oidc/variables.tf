variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "region" {
  type = string
}

variable "account_id" {
  type = string
}

variable "repository" {
  description = "On GitHub, as owner/name."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "Name one repository as owner/name; a pattern would let others in."
  }
}

variable "environment" {
  description = "Of GitHub: its protection rules (reviewers, branches) decide who may deploy."
  type        = string
}

variable "provider_arn" {
  description = "Of GitHub's provider where the account has it already; null makes it."
  type        = string
  default     = null
}

variable "ecr_repository_arn" {
  type = string
}

variable "cluster_arn" {
  type = string
}

variable "service_arn" {
  type = string
}

variable "task_families" {
  type = list(string)
}

variable "task_role_arns" {
  type = list(string)
}
