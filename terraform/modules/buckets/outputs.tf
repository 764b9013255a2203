output "arns" {
  description = "By name: reports, evidence."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.arn }
}

output "names" {
  description = "By name: reports, evidence."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.id }
}
