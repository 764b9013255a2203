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
  description = "On GitHub, as its tokens name it: owner@ID/name@ID, or owner/name where it is older than July 2026 and not changed over."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+(@[0-9]+)?/[A-Za-z0-9_.-]+(@[0-9]+)?$", var.repository))
    error_message = "Name one repository as owner@ID/name@ID or owner/name; a pattern would let others in."
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

variable "run_families" {
  description = "Of the tasks that the pipeline runs to their end."
  type        = list(string)
}

variable "log_group_arns" {
  description = "Of the same tasks."
  type        = list(string)
}

variable "task_role_arns" {
  description = "Of every task that the pipeline registers a revision of."
  type        = list(string)
}
