variable "name" {
  type = string
}

variable "kms_key_arn" {
  type = string
}

variable "images_kept" {
  type    = number
  default = 50
}
