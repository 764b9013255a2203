# The sender of reports and alarms: a domain that signs what it sends, sends by TLS only, and says when mail does not arrive.

resource "aws_sesv2_email_identity" "this" {
  email_identity         = var.domain
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  email_identity         = aws_sesv2_email_identity.this.email_identity
  mail_from_domain       = "bounce.${var.domain}"
  behavior_on_mx_failure = "REJECT_MESSAGE"
}

resource "aws_sesv2_configuration_set" "this" {
  configuration_set_name = var.name

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_configuration_set_event_destination" "undelivered" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "undelivered"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]

    sns_destination {
      topic_arn = var.alarm_topic_arn
    }
  }
}

# Where the domain's zone is here, its records are written; else they are an output for whoever keeps the zone.
resource "aws_route53_record" "dkim" {
  count   = var.zone_id == null ? 0 : 3
  zone_id = var.zone_id
  name    = "${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}._domainkey.${var.domain}"
  type    = "CNAME"
  ttl     = 600
  records = ["${aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens[count.index]}.dkim.amazonses.com"]
}

# Where bounces go, who may send them; and a mail that claims to be ours and is not signed is refused.
resource "aws_route53_record" "policy" {
  for_each = { for key, record in local.records : key => record if var.zone_id != null }
  zone_id  = var.zone_id
  name     = each.value.name
  type     = each.value.type
  ttl      = 600
  records  = [each.value.value]
}

locals {
  records = {
    mail_from_mx  = { name = "bounce.${var.domain}", type = "MX", value = "10 feedback-smtp.${var.region}.amazonses.com" }
    mail_from_spf = { name = "bounce.${var.domain}", type = "TXT", value = "v=spf1 include:amazonses.com -all" }
    dmarc         = { name = "_dmarc.${var.domain}", type = "TXT", value = "v=DMARC1; p=reject; adkim=s; aspf=r" }
  }
}
