output "identity_arn" {
  value = aws_sesv2_email_identity.this.arn
}

output "configuration_set_arn" {
  value = aws_sesv2_configuration_set.this.arn
}

output "dkim_records" {
  description = "CNAME records by name, for a zone that is kept elsewhere."
  value = {
    for token in aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens :
    "${token}._domainkey.${var.domain}" => "${token}.dkim.amazonses.com"
  }
}
