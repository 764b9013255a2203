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

variable "kms_key_arn" {
  description = "Encrypts the alarms on their way; CloudWatch, EventBridge and SES may use it."
  type        = string
}

variable "alarm_emails" {
  description = "Who is woken; each confirms once."
  type        = list(string)
}

variable "metric_namespace" {
  type = string
}

variable "worker_log_group_name" {
  type = string
}

variable "cluster_name" {
  type = string
}

variable "service_arn" {
  type = string
}

variable "service_name" {
  type = string
}

variable "worker_count_min" {
  type = number
}

variable "database_identifier" {
  type = string
}

variable "database_free_bytes_min" {
  type = number
}

variable "backup_vault_arn" {
  type = string
}

variable "worker_count_max" {
  type = number
}

variable "watchdog_log_group_name" {
  type = string
}

variable "schedule_group" {
  type = string
}

variable "database_connections_max" {
  type = number
}

variable "backup_vault_name" {
  type = string
}

variable "secret_arns" {
  description = "Those whose rotation must not fail."
  type        = list(string)
}
