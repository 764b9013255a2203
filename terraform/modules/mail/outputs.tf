output "identity_arn" {
  value = aws_sesv2_email_identity.this.arn
}

output "configuration_set_arn" {
  value = aws_sesv2_configuration_set.this.arn
}

output "records" {
  description = "For a zone that is kept elsewhere. Until all of them are there, SES sends nothing."
  value = concat(
    [for token in aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens :
    { name = "${token}._domainkey.${var.domain}", type = "CNAME", value = "${token}.dkim.amazonses.com" }],
    [for record in local.records : { name = record.name, type = record.type, value = record.value }],
  )
}
