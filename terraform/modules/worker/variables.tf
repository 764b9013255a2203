variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "task_definition_arn" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_id" {
  type = string
}

variable "count_min" {
  type = number
}

variable "count_max" {
  type = number
}

variable "backlog_per_worker" {
  description = "So many waiting tasks a worker are normal; more of them start another worker."
  type        = number
  default     = 50
}

variable "metric_namespace" {
  description = "Where the metric filters of the logs put their metrics."
  type        = string
}

variable "log_retention_days" {
  type = number
}

variable "log_key_arn" {
  type = string
}
