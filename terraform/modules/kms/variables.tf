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

variable "keys" {
  description = "By name: what it is for, and which of AWS' services use it on their own."
  type = map(object({
    description    = string
    used_by_logs   = optional(bool, false)
    used_by_alarms = optional(bool, false)
  }))
}
