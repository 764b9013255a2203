variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "account_id" {
  type = string
}

variable "reports_key_arn" {
  type = string
}

variable "evidence_key_arn" {
  type = string
}

variable "evidence_retention_days" {
  description = "Nothing in the evidence bucket can be deleted earlier, by anybody: seven years in production, a day where things are tried."
  type        = number
  validation {
    condition     = var.evidence_retention_days >= 1 && var.evidence_retention_days <= 36500
    error_message = "Between 1 and 36500 days."
  }
}

variable "report_retention_days" {
  type = number
}
