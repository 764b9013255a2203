output "arns" {
  description = "By the name of the key."
  value       = { for name, key in aws_kms_key.this : name => key.arn }
}
