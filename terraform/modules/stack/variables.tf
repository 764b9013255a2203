variable "environment" {
  description = "dev or prod; part of every name, and the GitHub environment that may deploy here."
  type        = string
}

variable "production" {
  description = "Two zones of everything, deletion protection, long backups."
  type        = bool
}

variable "region" {
  type = string
}

variable "availability_zones" {
  type = list(string)
}

variable "cidr" {
  type    = string
  default = "10.40.0.0/16"
}

variable "image" {
  description = "By digest: REPOSITORY@sha256:…"
  type        = string
}

variable "configuration_template" {
  description = "Path of recon.yaml as a template; the values it may use stand in main.tf (configuration_values)."
  type        = string
}

variable "files" {
  description = "What recon.yaml names beside itself, such as rules.yaml: text by name, 40 KB in all: a task definition holds 64."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Those of the sources: by name, what it is, and which function rotates it."
  type = map(object({
    description         = string
    rotation_lambda_arn = optional(string)
    rotation_days       = optional(number, 30)
  }))
}

variable "temporal" {
  description = "login: api_key or mtls for Temporal Cloud, private for a cluster of your own that is reached inside of cidr. Always by TLS."
  type = object({
    address   = string
    namespace = string
    login     = string
    cidr      = optional(string, "0.0.0.0/0")
  })
  validation {
    condition     = contains(["api_key", "mtls", "private"], var.temporal.login)
    error_message = "login is api_key, mtls or private."
  }
  validation {
    condition     = can(regex("^[^:]+:[0-9]+$", var.temporal.address))
    error_message = "address is HOST:PORT, such as recon.a1b2c.tmprl.cloud:7233."
  }
}

variable "egress_domains" {
  type = list(string)
}

variable "workers" {
  type = object({
    cpu        = number
    memory_mib = number
    count_min  = number
    count_max  = number
  })
}

variable "database" {
  description = "engine_version is the major version, such as 17; AWS keeps the minor one current."
  type = object({
    engine_version  = string
    instance_class  = string
    storage_gib     = number
    storage_gib_max = number
  })
}

variable "settlement_buckets" {
  description = "Where processors put their files; read only."
  type = list(object({
    bucket_arn  = string
    prefix      = string
    kms_key_arn = optional(string)
  }))
  default = []
}

variable "evidence_retention_days" {
  type = number
}

variable "report_retention_days" {
  type    = number
  default = 800
}

variable "log_retention_days" {
  type    = number
  default = 400
}

variable "mail_domain" {
  type = string
}

variable "mail_sender" {
  description = "What stands before the @."
  type        = string
  default     = "recon"
}

variable "mail_zone_id" {
  type    = string
  default = null
}

variable "alarm_emails" {
  type = list(string)
  validation {
    condition     = length(var.alarm_emails) > 0
    error_message = "Name at least one: alarms that reach nobody are none."
  }
}

variable "github_repository" {
  type = string
}

variable "github_provider_arn" {
  type    = string
  default = null
}

variable "backup_lock_final_after_days" {
  type    = number
  default = null
}

variable "backup_copy_vault_arn" {
  type    = string
  default = null
}
