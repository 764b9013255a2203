output "identifier" {
  value = aws_db_instance.this.identifier
}

output "arn" {
  value = aws_db_instance.this.arn
}

output "owner_secret_arn" {
  description = "Username and password of the owner as JSON; rotated by RDS every seven days."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "url_template" {
  description = "What goes into the secret database-url, with USER and PASSWORD replaced."
  value       = "postgres://USER:PASSWORD@${local.place}?sslmode=verify-full&sslrootcert=${var.ca_bundle_path}"
}

output "owner_url" {
  description = "Without the password, which comes as PGPASSWORD."
  value       = "postgres://${aws_db_instance.this.username}@${local.place}?sslmode=verify-full&sslrootcert=${var.ca_bundle_path}"
}

locals {
  place = "${aws_db_instance.this.endpoint}/${aws_db_instance.this.db_name}"
}
