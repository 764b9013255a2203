variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "role" {
  description = "What this task is: worker, watchdog, setup, login, keys."
  type        = string
}

variable "region" {
  type = string
}

variable "account_id" {
  type = string
}

variable "image" {
  description = "By digest: REPOSITORY@sha256:…"
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by digest; a tag may be another image tomorrow."
  }
}

variable "repository_arn" {
  type = string
}

variable "command" {
  type = list(string)
}

variable "health_command" {
  description = "ECS replaces the task when it fails three times; null for what ends by itself."
  type        = list(string)
  default     = null
}

variable "cpu" {
  description = "In 1/1024 of a processor."
  type        = number
}

variable "memory_mib" {
  type = number
}

variable "files" {
  description = "By name: what stands in the configuration folder; recon.yaml and what it names. No secrets."
  type        = map(string)
  validation {
    condition     = contains(keys(var.files), "recon.yaml")
    error_message = "files needs a recon.yaml."
  }
}

variable "folder" {
  description = "The one folder that can be written: a VOLUME of the image, owned by the user of the task."
  type        = string
}

variable "environment" {
  type = map(string)
}

variable "secrets" {
  description = "By the name of the environment variable: the ARN of the secret, or ARN:KEY:: for a value of a JSON secret."
  type        = map(string)
}

variable "secrets_key_arn" {
  type = string
}

variable "policies" {
  description = "What the program itself may do, by name; none for nothing. A map, as its keys are known before what is in it."
  type        = map(string)
  default     = {}
}

variable "log_retention_days" {
  type = number
}

variable "log_key_arn" {
  type = string
}
