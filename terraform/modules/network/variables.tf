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

variable "cidr" {
  description = "A /20 or larger: sixteen subnets are cut from it."
  type        = string
}

variable "availability_zones" {
  description = "Two or more, at most eight; the first holds the NAT gateway where there is one only."
  type        = list(string)
  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 8
    error_message = "Name two to eight availability zones."
  }
}

variable "nat_per_zone" {
  description = "One NAT gateway a zone: a zone that fails takes only itself along."
  type        = bool
}

variable "egress_domains" {
  description = "Names the tasks may resolve besides AWS': processors, Temporal, receivers of webhooks."
  type        = list(string)
  validation {
    condition     = !contains(var.egress_domains, "*")
    error_message = "List the domains; * would allow everything."
  }
}

variable "temporal_port" {
  type = number
}

variable "temporal_cidr" {
  description = "Where Temporal is: 0.0.0.0/0 for Temporal Cloud, the cluster's network for one of your own."
  type        = string
}

variable "kms_key_arn" {
  description = "Encrypts the flow logs."
  type        = string
}

variable "log_retention_days" {
  type = number
}

variable "s3_resources" {
  description = "ARNs of the buckets, and of the objects in them, that can be reached from inside at all."
  type        = list(string)
}
