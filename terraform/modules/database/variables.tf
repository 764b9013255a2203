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

variable "engine_version" {
  description = "PostgreSQL 15 or later."
  type        = string
}

variable "family" {
  description = "Of the parameter group; goes with engine_version, such as postgres17."
  type        = string
}

variable "instance_class" {
  type = string
}

variable "storage_gib" {
  type = number
}

variable "storage_gib_max" {
  description = "Storage grows by itself up to here."
  type        = number
}

variable "multi_az" {
  type = bool
}

variable "deletion_protection" {
  type = bool
}

variable "backup_retention_days" {
  description = "Point-in-time recovery reaches this far back; 35 is RDS' limit."
  type        = number
  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "Between 1 and 35 days."
  }
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_id" {
  type = string
}

variable "kms_key_arn" {
  type = string
}

variable "ca_bundle_path" {
  description = "Where the tasks find the certificates of RDS."
  type        = string
}

variable "log_retention_days" {
  type = number
}

variable "log_key_arn" {
  type = string
}
