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

variable "database_arn" {
  type = string
}

variable "daily_retention_days" {
  type = number
}

variable "monthly_retention_days" {
  type = number
}

variable "retention_days_min" {
  description = "Nothing leaves the vault earlier."
  type        = number
}

variable "lock_final_after_days" {
  description = "After so many days (3 or more) nobody can undo the vault's lock; null leaves it to who administers backups."
  type        = number
  default     = null
}

variable "copy_vault_arn" {
  description = "A vault in another region or account that takes a copy of each daily backup; null for none."
  type        = string
  default     = null
}
