variable "name" {
  description = "Prefix of every name, such as recon-prod."
  type        = string
}

variable "region" {
  type = string
}

variable "domain" {
  description = "Of the sender; a subdomain that sends nothing else."
  type        = string
}

variable "zone_id" {
  description = "Of the domain's zone in Route 53; null where it is kept elsewhere."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "Told of bounces and complaints."
  type        = string
}
