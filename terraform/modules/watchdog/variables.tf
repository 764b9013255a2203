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
  type = string
}

variable "cluster_arn" {
  type = string
}

variable "task_definition_family" {
  type = string
}

variable "task_role_arns" {
  type = list(string)
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_id" {
  type = string
}
