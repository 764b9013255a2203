variable "account_id" {
  description = "The AWS account of this environment; any other is refused."
  type        = string
}

variable "region" {
  type = string
}

variable "availability_zones" {
  type = list(string)
}

variable "image" {
  description = "By digest: REPOSITORY@sha256:…"
  type        = string
}

variable "temporal" {
  description = "login: api_key, mtls or private; cidr only for private."
  type = object({
    address   = string
    namespace = string
    login     = string
    cidr      = optional(string, "0.0.0.0/0")
  })
}

variable "secrets" {
  description = "Those of the sources, by name, as recon.yaml.tftpl names them."
  type = map(object({
    description         = string
    rotation_lambda_arn = optional(string)
    rotation_days       = optional(number, 30)
  }))
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

variable "egress_domains" {
  description = "Names the tasks may resolve besides AWS': processors, Temporal, receivers of webhooks, your own database."
  type        = list(string)
}

variable "mail_domain" {
  type = string
}

variable "mail_zone_id" {
  type    = string
  default = null
}

variable "alarm_emails" {
  type = list(string)
}

variable "github_repository" {
  description = "owner/name; may deploy here from its environment of the same name."
  type        = string
}

variable "github_provider_arn" {
  type    = string
  default = null
}
