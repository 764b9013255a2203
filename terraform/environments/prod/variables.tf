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
  description = "address as the namespace's own page shows it for the login: api_key, mtls or private (a cluster of your own, inside of cidr)."
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
  description = "Of the domain's zone in Route 53, where it is in this account; else write the output mail_records where the zone is kept."
  type        = string
  default     = null
}

variable "alarm_emails" {
  type = list(string)
}

variable "github_repository" {
  description = "As GitHub's tokens name it (owner@ID/name@ID, README.md); may deploy here from its environment of the same name."
  type        = string
}

variable "github_provider_arn" {
  description = "Of GitHub's OIDC provider, where the account has one already: there can be only one."
  type        = string
  default     = null
}
