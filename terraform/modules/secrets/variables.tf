variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "kms_key_arn" {
  type = string
}

variable "secrets" {
  description = "By name: what it is, and which function rotates it; without one, a person does."
  type = map(object({
    description         = string
    rotation_lambda_arn = optional(string)
    rotation_days       = optional(number, 30)
  }))
}
