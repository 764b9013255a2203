output "arns" {
  description = "By the name of the secret."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}
